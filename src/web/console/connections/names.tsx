import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "../core/announce.tsx";
import { call, messageOf } from "../core/api.ts";
import { Icon } from "../core/icons.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import { may } from "../core/session.ts";
import { connectionRoles, contactTypes, type Terms } from "./contacts.ts";
import { BackToList } from "./detail.tsx";
import type { Term } from "./types.ts";

/** What the tenant calls its types of contacts and its roles of connections. */
export function Names(): JSX.Element {
	return (
		<section class="split-open" aria-label="Types and roles">
			<header class="detail-head">
				<div class="detail-title">
					<BackToList />
					<h1>Types and roles</h1>
				</div>
				{!may("connections:administer") && <p class="quiet">Managers and administrators change them.</p>}
			</header>
			<div class="detail-body">
				<List title="Types of contacts" one="type" terms={contactTypes} />
				<List title="Roles of connections" one="role" terms={connectionRoles} />
			</div>
		</section>
	);
}

function List({ title, one, terms }: { title: string; one: string; terms: Terms }): JSX.Element {
	const list = useLoad(terms.path, terms.list);
	const name = useSignal("");
	const problem = useSignal("");
	/** True when it was done. */
	const change = async (method: string, path: string, body: object | undefined, said: string): Promise<boolean> => {
		problem.value = "";
		try {
			await call(method, path, body);
			announce(said);
			list.reload();
			return true;
		} catch (error) {
			problem.value = messageOf(error);
			return false;
		}
	};
	return (
		<section class="block" aria-label={title}>
			<h2>{title}</h2>
			<Waiting of={list}>
				{list.value?.length === 0 && <p class="quiet">There is no {one} yet.</p>}
				<ul class="terms">
					{list.value?.map((term) => (
						<Line
							key={`${term.id} ${term.name}`}
							term={term}
							one={one}
							onRename={(name) => change("PATCH", `${terms.path}/${term.id}`, { name }, `Renamed to ${name}.`)}
							onRemove={() => change("DELETE", `${terms.path}/${term.id}`, undefined, `Deleted ${term.name}.`)}
						/>
					))}
				</ul>
			</Waiting>
			{problem.value && (
				<p class="notice danger" role="alert">
					{problem}
				</p>
			)}
			{may("connections:administer") && (
				<form
					class="with-button"
					onSubmit={(event) => {
						event.preventDefault();
						const added = name.value.trim();
						void change("POST", terms.path, { name: added }, `Added ${added}.`).then((isDone) => {
							if (isDone) name.value = "";
						});
					}}
				>
					<input
						class="input"
						aria-label={`Name of the new ${one}`}
						placeholder={`New ${one}`}
						maxLength={200}
						value={name}
						onInput={(event) => (name.value = event.currentTarget.value)}
					/>
					<button type="submit" class="button" disabled={name.value.trim() === ""}>
						Add<span class="unseen"> {one}</span>
					</button>
				</form>
			)}
		</section>
	);
}

type LineProps = {
	term: Term;
	one: string;
	onRename: (name: string) => Promise<boolean>;
	onRemove: () => Promise<boolean>;
};

/** Deleting needs no second look: one that is in use stays, and another is added in a moment. */
function Line({ term, one, onRename, onRemove }: LineProps): JSX.Element {
	const draft = useSignal<string | undefined>(undefined);
	if (draft.value !== undefined)
		return (
			<li>
				<form
					class="with-button grow"
					onSubmit={(event) => {
						event.preventDefault();
						const name = draft.value?.trim() ?? "";
						void onRename(name).then(() => (draft.value = undefined));
					}}
				>
					<input
						// oxlint-disable-next-line jsx-a11y/no-autofocus -- the button that was pressed became this field
						autofocus
						class="input"
						required
						aria-label={`New name of ${term.name}`}
						maxLength={200}
						value={draft.value}
						onInput={(event) => (draft.value = event.currentTarget.value)}
					/>
					<button type="submit" class="button">
						Save
					</button>
					<button type="button" class="button plain" onClick={() => (draft.value = undefined)}>
						Cancel
					</button>
				</form>
			</li>
		);
	return (
		<li>
			<span class="grow" dir="auto">
				{term.name}
			</span>
			{may("connections:administer") && (
				<>
					<button
						type="button"
						class="button plain icon"
						aria-label={`Rename the ${one} ${term.name}`}
						onClick={() => (draft.value = term.name)}
					>
						<Icon name="edit" size={16} />
					</button>
					<button
						type="button"
						class="button plain icon"
						aria-label={`Delete the ${one} ${term.name}`}
						onClick={() => void onRemove()}
					>
						<Icon name="remove" size={16} />
					</button>
				</>
			)}
		</li>
	);
}
