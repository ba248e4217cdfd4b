/** The formats that have pages, by the names in their addresses. */
export const pageFormats = ["json", "jsv", "csv", "xml", "jsonl"] as const;
export type PageFormat = (typeof pageFormats)[number];

/** What clients append to have a format: ServiceStack's pages call JSONL so, and clients follow them. */
export function suffixOf(format: PageFormat): string {
	return format === "jsonl" ? "other" : format;
}
