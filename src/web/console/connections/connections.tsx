import type { JSX } from "preact";

export function Connections(_: { parts: readonly string[] }): JSX.Element {
	return <p class="empty">…</p>;
}
