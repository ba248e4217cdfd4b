import type { JSX } from "preact";
import type { Tag } from "./types.ts";

/** Tags in their colours; of many only the first, and how many more there are. */
export function Chips({ tags, most }: { tags: readonly Tag[]; most?: number }): JSX.Element {
	const shown = tags.slice(0, most);
	const rest = tags.slice(shown.length);
	return (
		<>
			{shown.map((tag) => (
				<Chip key={tag.id} tag={tag} />
			))}
			{rest.length > 0 && (
				<span class="chip" title={rest.map(({ name }) => name).join(", ")}>
					+{rest.length}
					<span class="unseen"> more tags</span>
				</span>
			)}
		</>
	);
}

export function Chip({ tag }: { tag: Tag }): JSX.Element {
	return (
		<span class={`chip chip-${tag.color.toLowerCase()}`} dir="auto">
			{tag.name}
		</span>
	);
}
