import type { JSX } from "preact";

export function Links(_: { parts: readonly string[] }): JSX.Element {
	return <p class="empty">…</p>;
}
