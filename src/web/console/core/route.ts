import { computed, signal } from "@preact/signals";

/** The place in the console, in the part of the address that never reaches a server: `#/inbox/<chatId>`. */
const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

/** The parts of the place: `["inbox", "<chatId>"]`. */
export const route = computed(() => hash.value.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent));

/** The address of a place. */
export function place(...parts: string[]): string {
	return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** Goes to a place. */
export function go(...parts: string[]): void {
	location.hash = place(...parts);
}
