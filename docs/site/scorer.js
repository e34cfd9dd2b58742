// How good a page answers a search: pages that show how before those that list, titles with the words that were typed before others.
var Scorer = {
  score: ([page, title, , , score]) => {
    const typed = new URLSearchParams(location.search).get("q").toLowerCase().trim();
    const shows = page === "docs/tutorial" || page.startsWith("docs/how-to/") ? 5 : 0;
    const old = page === "CHANGELOG" ? 20 : 0;
    return score + shows - old + (title.toLowerCase().includes(typed) ? 5 : 0);
  },
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: {},
  objPrioDefault: 0,
};
