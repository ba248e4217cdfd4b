import { signal } from "@preact/signals";

/** Where a third column fits; the same width as in console.css. */
const query = matchMedia("(min-width: 75rem)");

export const isWide = signal(query.matches);
query.addEventListener("change", () => (isWide.value = query.matches));
