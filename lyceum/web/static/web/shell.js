// What every page of a signed-in person has: each part is a module of its own, loaded when it is first needed.
import "./keys.js";
if (document.querySelector("#toasts > *")) import("./toasts.js");
import("./offline/sync.js"); // not waited for: the page's own script comes first
