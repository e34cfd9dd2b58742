// Asks for the page every few seconds and takes the new one, with what was open, chosen and focused as it was.
"use strict";

const SECONDS = 3;
const status = document.getElementById("watch-status");
let tag = null;

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function parts(root, selector) {
  return [...root.querySelectorAll(selector)];
}

function take(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const old = document.getElementById("main"), main = fresh.getElementById("main");
  if (!main) return;
  // The order of the parts says which is which; a part that has another text is another one.
  const opened = parts(old, "details"), focusable = "a, summary, input, [tabindex]";
  parts(main, "details").forEach((each, at) => {
    const before = opened[at];
    if (before && before.querySelector("summary").textContent === each.querySelector("summary").textContent)
      each.open = before.open;
  });
  for (const input of parts(main, "input")) {
    const before = document.getElementById(input.id);
    if (before) input.checked = before.checked;
  }
  const scrolled = parts(old, ".scroll").map(each => each.scrollLeft);
  const focused = parts(old, focusable).indexOf(document.activeElement);
  const place = [scrollX, scrollY];
  old.replaceWith(document.adoptNode(main));
  parts(main, ".scroll").forEach((each, at) => { each.scrollLeft = scrolled[at] || 0; });
  if (focused >= 0) parts(main, focusable)[focused]?.focus({preventScroll: true});
  document.querySelector("nav").replaceWith(document.adoptNode(fresh.querySelector("nav")));
  scrollTo(...place);
}

async function refresh() {
  try {
    const answer = await fetch("/", {cache: "no-store", headers: tag ? {"If-None-Match": tag} : {}});
    if (answer.status === 200) {
      const text = await answer.text();
      if (tag) take(text);
      tag = answer.headers.get("ETag");
    }
    say(answer.ok || answer.status === 304 ? "" : await answer.text());
  } catch {
    say("This page is no longer kept up to date: kernel report --watch has ended.");
  }
  setTimeout(refresh, 1000 * SECONDS);
}

refresh();
