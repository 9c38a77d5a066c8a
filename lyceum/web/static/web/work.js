// Handing in: how far the files are on their way. Without this the browser sends the form by itself.
const form = document.querySelector("form[data-progress]");
const bar = form?.querySelector("progress");

form?.addEventListener("submit", (event) => {
  if (![...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  const request = new XMLHttpRequest();
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  bar.hidden = false;
  request.upload.addEventListener("progress", (step) => {
    if (step.lengthComputable) bar.value = (100 * step.loaded) / step.total;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) return location.assign(request.responseURL);
    document.open(); // the same page with what is wrong, and with what was typed
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    bar.hidden = true;
  });
  request.open("POST", form.getAttribute("action") || location.href);
  request.send(sent);
});
