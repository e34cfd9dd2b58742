// A page that is opened as a file may not read others: no excerpts there, and no errors in the console.
DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";
