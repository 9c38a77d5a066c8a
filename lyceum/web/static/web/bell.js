// How many notifications are new, on a page that stays open.
import { listen } from "./live.js";

const bell = document.querySelector(".bell");
const badge = bell.querySelector(".badge");

async function count() {
  const answer = await fetch("/notifications/badge/");
  if (!answer.ok || answer.redirected) return;
  const unread = await answer.text();
  badge.textContent = unread;
  bell.setAttribute("aria-label", unread ? `${bell.dataset.label}: ${unread}` : bell.dataset.label);
}

listen(bell.dataset.topic, () => count());
