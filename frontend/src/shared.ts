// What every bundle needs, in a file of its own: it is loaded once, and what it knows (what is pressed, where the page is going) is one.
// The others import it by the name that it has beside them in the browser; frontend/build.py leaves that as it stands.

export * from "./dom";
export * from "./events";
export * from "./http";
export * from "./keys";
