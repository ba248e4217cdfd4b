import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { messageOf } from "./api.ts";
import "./picker.css";

const PAUSE_MS = 200;

type Props<Item> = {
	label: string;
	placeholder: string;
	chosen: Item | undefined;
	onChoose: (item: Item | undefined) => void;
	/** The few that fit best to what was written, also to nothing. */
	find: (text: string) => Promise<Item[]>;
	show: (item: Item) => { key: string; name: string; hint?: string };
	/** Makes one of what was written, where there is none of that name. */
	make?: ((text: string) => Promise<Item>) | undefined;
};

/** A field that finds things as one writes, and keeps the one that is chosen: the combobox of WAI-ARIA with a list of its own. */
export function Picker<Item>(props: Props<Item>): JSX.Element {
	const { label, chosen, onChoose, show } = props;
	if (chosen === undefined) return <Finder {...props} />;
	const { name, hint } = show(chosen);
	return (
		<div class="field">
			<span class="label">{label}</span>
			<p class="chosen">
				<span dir="auto">
					{name} <span class="quiet">{hint}</span>
				</span>
				<button
					type="button"
					class="button"
					aria-label={`${label}: choose another`}
					onClick={() => onChoose(undefined)}
				>
					Change
				</button>
			</p>
		</div>
	);
}

function Finder<Item>({ label, placeholder, onChoose, find, show, make }: Props<Item>): JSX.Element {
	const id = useId();
	const text = useSignal("");
	const found = useSignal<Item[] | undefined>(undefined);
	const problem = useSignal("");
	const at = useSignal(0);
	const isOpen = useSignal(false);
	useEffect(() => {
		if (!isOpen.value) return;
		let isLatest = true;
		const timer = setTimeout(() => {
			problem.value = "";
			find(text.value.trim())
				.then((items) => isLatest && (found.value = items))
				.catch((error: unknown) => isLatest && (problem.value = messageOf(error)));
		}, PAUSE_MS);
		return () => {
			isLatest = false;
			clearTimeout(timer);
		};
	}, [text.value, isOpen.value]);
	const items = found.value ?? [];
	const wanted = text.value.trim();
	const isNew =
		make !== undefined &&
		found.value !== undefined &&
		wanted !== "" &&
		!items.some((item) => show(item).name === wanted);
	const count = items.length + (isNew ? 1 : 0);
	const choose = (index: number): void => {
		const item = items[index];
		if (item !== undefined) return onChoose(item);
		if (isNew) void make(wanted).then(onChoose, (error: unknown) => (problem.value = messageOf(error)));
	};
	const onKey = (event: KeyboardEvent): void => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			isOpen.value = true;
			if (count > 0) at.value = (at.value + (event.key === "ArrowDown" ? 1 : -1) + count) % count;
			document.getElementById(`${id}-${at.value}`)?.scrollIntoView({ block: "nearest" });
		} else if (event.key === "Enter" && !event.isComposing && isOpen.value && count > 0) {
			event.preventDefault();
			choose(at.value);
		} else if (event.key === "Escape" && isOpen.value) {
			event.preventDefault();
			event.stopPropagation();
			isOpen.value = false;
		}
	};
	const isShown = isOpen.value && count > 0;
	return (
		<div class="field picker">
			<label for={id}>{label}</label>
			<input
				id={id}
				type="text"
				list={undefined}
				class="input"
				role="combobox"
				autocomplete="off"
				maxLength={200}
				aria-expanded={isShown}
				aria-controls={`${id}-list`}
				aria-activedescendant={isShown ? `${id}-${at.value}` : undefined}
				placeholder={placeholder}
				value={text}
				onInput={(event) => {
					text.value = event.currentTarget.value;
					at.value = 0;
					isOpen.value = true;
				}}
				onClick={() => (isOpen.value = true)}
				onBlur={() => (isOpen.value = false)}
				onKeyDown={onKey}
			/>
			<ul class="picker-list" id={`${id}-list`} role="listbox" aria-label={label} hidden={!isShown}>
				{items.map((item, index) => {
					const { key, name, hint } = show(item);
					return (
						// The field has the focus and moves the choice.
						<li
							key={key}
							id={`${id}-${index}`}
							role="option"
							aria-selected={index === at.value}
							class="hit"
							onMouseDown={(event) => {
								event.preventDefault();
								choose(index);
							}}
						>
							<b dir="auto">{name}</b> <span class="quiet">{hint}</span>
						</li>
					);
				})}
				{isNew && (
					<li
						id={`${id}-${items.length}`}
						role="option"
						aria-selected={items.length === at.value}
						class="hit"
						onMouseDown={(event) => {
							event.preventDefault();
							choose(items.length);
						}}
					>
						<span>Add “{wanted}”</span>
					</li>
				)}
			</ul>
			{isOpen.value && found.value?.length === 0 && !isNew && (
				<span class="hint" role="status">
					Nothing found.
				</span>
			)}
			{problem.value && (
				<span class="error" role="alert">
					{problem}
				</span>
			)}
		</div>
	);
}
