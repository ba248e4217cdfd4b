import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { call, query } from "./api.ts";

export type Contact = {
	contactId: number;
	contactUid: string;
	name: string;
	email?: string;
	phone?: string;
	smsConsent: boolean;
	contactTypeId?: string;
};

const PAUSE_MS = 200;

type Props = { label: string; chosen: Contact | undefined; onChoose: (contact: Contact | undefined) => void };

/** Finds a person by how their name begins. */
export function ContactPicker({ label, chosen, onChoose }: Props): JSX.Element {
	const id = useId();
	const text = useSignal("");
	const found = useSignal<Contact[]>([]);
	const at = useSignal(0);
	const isOpen = useSignal(false);
	useEffect(() => {
		let isLatest = true;
		const timer = setTimeout(() => {
			const path = `/v1/contact${query({ namePrefix: text.value.trim(), countPerPage: 8, simplifiedPaging: true })}`;
			call<{ items: Contact[] }>("GET", path)
				.then(({ items }) => isLatest && (found.value = items))
				.catch(() => isLatest && (found.value = []));
		}, PAUSE_MS);
		return () => {
			isLatest = false;
			clearTimeout(timer);
		};
	}, [text.value]);
	const choose = (contact: Contact | undefined): void => {
		onChoose(contact);
		isOpen.value = false;
		text.value = "";
	};
	const onKey = (event: KeyboardEvent): void => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			isOpen.value = true;
			const count = found.value.length;
			at.value = count === 0 ? 0 : (at.value + (event.key === "ArrowDown" ? 1 : -1) + count) % count;
		} else if (event.key === "Enter" && isOpen.value && found.value[at.value]) {
			event.preventDefault();
			choose(found.value[at.value]);
		} else if (event.key === "Escape" && isOpen.value) {
			event.preventDefault();
			event.stopPropagation();
			isOpen.value = false;
		}
	};
	if (chosen)
		return (
			<div class="field">
				<span class="label">{label}</span>
				<p class="chosen">
					<span>
						{chosen.name} <span class="quiet">{chosen.email ?? chosen.phone ?? ""}</span>
					</span>
					<button type="button" class="button" onClick={() => choose(undefined)}>
						Change
					</button>
				</p>
			</div>
		);
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
				aria-expanded={isOpen.value && found.value.length > 0}
				aria-controls={`${id}-list`}
				aria-activedescendant={isOpen.value && found.value.length > 0 ? `${id}-${at.value}` : undefined}
				placeholder="How their name begins"
				value={text}
				onInput={(event) => {
					text.value = event.currentTarget.value;
					at.value = 0;
					isOpen.value = true;
				}}
				onFocus={() => (isOpen.value = true)}
				onBlur={() => (isOpen.value = false)}
				onKeyDown={onKey}
			/>
			{isOpen.value && found.value.length > 0 && (
				<ul class="picker-list" id={`${id}-list`} role="listbox" aria-label={label}>
					{found.value.map((contact, index) => (
						// The field has the focus and moves the choice.
						<li
							key={contact.contactUid}
							id={`${id}-${index}`}
							role="option"
							aria-selected={index === at.value}
							class="hit"
							onMouseDown={(event) => {
								event.preventDefault();
								choose(contact);
							}}
						>
							<b>{contact.name}</b>
							<span class="quiet">{contact.email ?? contact.phone ?? ""}</span>
						</li>
					))}
				</ul>
			)}
		</div>
	);
}
