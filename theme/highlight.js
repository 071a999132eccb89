// Two lists of commands need no colours, and mdBook's highlight.js is a third of what a page would load.
const hljs = { configure() {}, highlightBlock() {} };
