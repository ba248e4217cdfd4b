import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useLoad } from "../core/load.tsx";
import { may } from "../core/session.ts";
import { useKeys } from "../core/shortcuts.ts";
import { everyAccount, isFiltering, nothing, sorts, type Filter } from "./directory.ts";
import { TagChooser } from "./tag-chooser.tsx";
import type { Tag } from "./types.ts";

const PAUSE_MS = 250;

type Props = { filter: Filter; onChange: (filter: Filter) => void };

/** A part of the name, tags, account and order. Tags and accounts are for those who keep customers. */
export function Filters({ filter, onChange }: Props): JSX.Element {
	const name = useSignal(filter.name);
	const tags = useSignal<Tag[]>([]);
	const isOpen = useSignal(false);
	const field = useRef<HTMLInputElement>(null);
	const panel = useId();
	useKeys({ "/": () => field.current?.focus() });
	const latest = useRef({ filter, onChange });
	latest.current = { filter, onChange };
	const change = (part: Partial<Filter>): void => latest.current.onChange({ ...latest.current.filter, ...part });
	useEffect(() => {
		if (name.value === latest.current.filter.name) return;
		const timer = setTimeout(() => change({ name: name.value }), PAUSE_MS);
		return () => clearTimeout(timer);
	}, [name.value]);
	const clear = (): void => {
		name.value = "";
		tags.value = [];
		onChange(nothing);
		field.current?.focus();
	};
	const count = filter.tagIds.length + (filter.accountId ? 1 : 0);
	return (
		<search class="filter-bar">
			<input
				ref={field}
				class="input"
				type="search"
				aria-label="Part of a customer's name"
				placeholder="Part of a name"
				maxLength={200}
				value={name}
				onInput={(event) => (name.value = event.currentTarget.value)}
			/>
			<div class="filter-row">
				<select
					class="input"
					aria-label="Order"
					value={filter.sort}
					onChange={(event) => change({ sort: event.currentTarget.value })}
				>
					{Object.entries(sorts).map(([value, text]) => (
						<option key={value} value={value}>
							{text}
						</option>
					))}
				</select>
				{may("customers:write") && (
					<button
						type="button"
						class="button"
						aria-expanded={isOpen.value}
						aria-controls={panel}
						onClick={() => (isOpen.value = !isOpen.value)}
					>
						Filters
						{count > 0 && (
							<span class="badge accent">
								{count}
								<span class="unseen"> set</span>
							</span>
						)}
					</button>
				)}
				{isFiltering({ ...filter, name: name.value }) && (
					<button type="button" class="button plain" onClick={clear}>
						Clear
					</button>
				)}
			</div>
			<div id={panel} class="filter-panel" hidden={!isOpen.value}>
				{isOpen.value && (
					<>
						<AccountField value={filter.accountId} onChange={(accountId) => change({ accountId })} />
						<TagChooser
							legend="With all of these tags"
							chosen={tags.value}
							onChange={(chosen) => {
								tags.value = chosen;
								change({ tagIds: chosen.map(({ id }) => id) });
							}}
						/>
					</>
				)}
			</div>
		</search>
	);
}

function AccountField({ value, onChange }: { value: string; onChange: (id: string) => void }): JSX.Element {
	const accounts = useLoad("accounts", everyAccount);
	return (
		<label class="field">
			<span class="label">Account</span>
			<select class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
				<option value="">Any account</option>
				{accounts.value?.map(({ id, name }) => (
					<option key={id} value={id}>
						{name}
					</option>
				))}
			</select>
			{accounts.error && <span class="error">{accounts.error}</span>}
		</label>
	);
}
