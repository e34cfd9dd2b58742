// A page that is opened as a file may not read others: no excerpts in the results of a search there, and no errors in the console.
DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";

// What is wider than the page is scrolled with the keyboard too, in every browser.
for (const box of document.querySelectorAll("pre, .table-wrapper")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
