import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLoad, Waiting } from "../core/load.tsx";
import { Chip } from "./chips.tsx";
import { everyTag } from "./directory.ts";
import type { Tag } from "./types.ts";

/** Tags up to which they are all in sight, and need not be looked for. */
const FEW = 10;
/** Tags that are listed; whoever has more writes a part of the name. */
const LISTED = 100;

type Props = { legend: string; chosen: readonly Tag[]; onChange: (chosen: Tag[]) => void };

/** Chooses among the tenant's tags; those that are chosen come first. */
export function TagChooser({ legend, chosen, onChange }: Props): JSX.Element {
	const text = useSignal("");
	const tags = useLoad("tags", everyTag);
	const ids = new Set(chosen.map(({ id }) => id));
	const wanted = text.value.trim().toLocaleLowerCase();
	const others = (tags.value ?? []).filter(({ id, name }) => !ids.has(id) && name.toLocaleLowerCase().includes(wanted));
	const toggle = (tag: Tag): void =>
		onChange(ids.has(tag.id) ? chosen.filter(({ id }) => id !== tag.id) : [...chosen, tag]);
	return (
		<fieldset class="tag-chooser">
			<legend>{legend}</legend>
			<Waiting of={tags}>
				{(tags.value?.length ?? 0) > FEW && (
					<input
						class="input"
						type="search"
						aria-label={`${legend}: part of a tag's name`}
						placeholder="Part of a tag's name"
						value={text}
						onInput={(event) => (text.value = event.currentTarget.value)}
					/>
				)}
				{tags.value?.length === 0 && <p class="quiet small">There are no tags yet.</p>}
				<ul class="tag-choices">
					{[...chosen, ...others.slice(0, LISTED)].map((tag) => (
						<li key={tag.id}>
							<label class="check">
								<input type="checkbox" checked={ids.has(tag.id)} onChange={() => toggle(tag)} />
								<Chip tag={tag} />
							</label>
						</li>
					))}
				</ul>
			</Waiting>
		</fieldset>
	);
}
