// A page about work that goes on: how far it is, until it is done. What somebody reads or holds stays where it is.
const EVERY = 1000;

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = document.querySelector(".progress"), now = fresh.querySelector(".progress");
    if (!shown || !now) return location.reload();
    shown.value = now.value;
    const said = shown.parentElement.querySelector("p"), says = now.parentElement.querySelector("p");
    if (said && says) said.textContent = says.textContent;
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
