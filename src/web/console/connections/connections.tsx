import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { call, messageOf, query } from "../core/api.ts";
import { contactsNamed, shown, type Contact } from "../core/contacts.ts";
import { Icon } from "../core/icons.tsx";
import { Picker } from "../core/picker.tsx";
import { go, place } from "../core/route.ts";
import { may, session } from "../core/session.ts";
import { useKeys } from "../core/shortcuts.ts";
import "../core/split.css";
import { shortly } from "../core/time.ts";
import "./connections.css";
import { Detail } from "./detail.tsx";
import { NewRequest } from "./new-request.tsx";
import { Names } from "./names.tsx";
import { ends } from "./steps.ts";
import { statuses, toneOf, type Connection, type ConnectionPage, type Status } from "./types.ts";

/** The place of the tenant's own names; no id of a connection. */
const NAMES = "names";

/** Who is joined to whom: a list by status and contact, and the one that is open. */
export function Connections({ parts }: { parts: readonly string[] }): JSX.Element {
	const [openId] = parts;
	const isAsking = useSignal(false);
	const changes = useSignal(0);
	const mayAsk = may("contacts:manage");
	useKeys(mayAsk ? { c: () => (isAsking.value = true) } : {});
	return (
		<div class={`split${openId === undefined ? "" : " has-open"}`}>
			<section class="split-list" aria-label="Connections">
				<header class="pane-head">
					<h1>Connections</h1>
					<a class="button plain" href={place("connections", NAMES)}>
						Types and roles
					</a>
					{mayAsk && (
						<button
							type="button"
							class="button plain icon"
							aria-label="New request"
							title="New request (C)"
							onClick={() => (isAsking.value = true)}
						>
							<Icon name="plus" />
						</button>
					)}
				</header>
				<List openId={openId} changes={changes.value} />
			</section>
			{openId === undefined ? (
				<div class="split-open empty-state">
					<p class="quiet">Choose a connection to see what can be done about it.</p>
				</div>
			) : openId === NAMES ? (
				<Names />
			) : (
				<Detail key={openId} id={openId} onChanged={() => (changes.value += 1)} />
			)}
			{isAsking.value && (
				<NewRequest
					onClose={() => (isAsking.value = false)}
					onMade={({ connectionId }) => {
						changes.value += 1;
						go("connections", connectionId);
					}}
				/>
			)}
		</div>
	);
}

type State = { items: Connection[]; cursor?: string | undefined; isLoading: boolean; error: string };

function List({ openId, changes }: { openId: string | undefined; changes: number }): JSX.Element {
	const status = useSignal<Status | "">("");
	const contact = useSignal<Contact | undefined>(undefined);
	const state = useSignal<State>({ items: [], isLoading: true, error: "" });
	const filter = { status: status.value, contactId: contact.value?.contactUid, countPerPage: 50 };
	const load = async (isLatest: () => boolean, before: Connection[], cursor?: string): Promise<void> => {
		state.value = { ...state.value, isLoading: true, error: "" };
		try {
			const page = await call<ConnectionPage>("GET", `/api/connections${query({ ...filter, cursor })}`);
			if (!isLatest()) return;
			const next = page.hasMorePages ? (page.cursor ?? undefined) : undefined;
			state.value = { items: [...before, ...page.connections], cursor: next, isLoading: false, error: "" };
		} catch (error) {
			if (isLatest()) state.value = { ...state.value, isLoading: false, error: messageOf(error) };
		}
	};
	useEffect(() => {
		let isLatest = true;
		void load(() => isLatest, []);
		return () => {
			isLatest = false;
		};
	}, [JSON.stringify(filter), changes]);
	const { items, cursor, isLoading, error } = state.value;
	return (
		<>
			<search class="connection-filter">
				<label class="field">
					<span class="label">Status</span>
					<select
						class="input"
						value={status}
						onChange={(event) => (status.value = event.currentTarget.value as Status | "")}
					>
						<option value="">All</option>
						{statuses.map((name) => (
							<option key={name}>{name}</option>
						))}
					</select>
				</label>
				{may("contacts:manage") && may("connections:administer") && (
					<Picker
						label="Of a contact"
						placeholder="How the name begins"
						chosen={contact.value}
						onChoose={(one) => (contact.value = one)}
						find={contactsNamed}
						show={shown}
					/>
				)}
			</search>
			<div class="split-scroll" aria-busy={isLoading}>
				{error && (
					<p class="notice danger strip" role="alert">
						{error}{" "}
						<button type="button" class="button" onClick={() => void load(() => true, [])}>
							Try again
						</button>
					</p>
				)}
				{items.length === 0 && !error && <p class="empty">{isLoading ? "Loading…" : whyEmpty(status.value !== "")}</p>}
				<ul>
					{items.map((connection) => (
						<Row key={connection.connectionId} connection={connection} isOpen={connection.connectionId === openId} />
					))}
				</ul>
				{cursor !== undefined && (
					<p class="list-end">
						<button
							type="button"
							class="button"
							disabled={isLoading}
							onClick={() => void load(() => true, items, cursor)}
						>
							Show more
						</button>
					</p>
				)}
			</div>
		</>
	);
}

function whyEmpty(isFiltered: boolean): string {
	if (!may("connections:administer") && session.value?.user.contactId === undefined)
		return "You see the connections of your own contact, and your sign-in names none. Managers and administrators see all.";
	if (isFiltered) return "No connection is in this state.";
	return "No connections yet. One contact asks another to be connected in a role; the other accepts or declines.";
}

function Row({ connection, isOpen }: { connection: Connection; isOpen: boolean }): JSX.Element {
	const { asker, asked } = ends(connection);
	return (
		<li>
			<a
				class="hit-row"
				href={place("connections", connection.connectionId)}
				aria-current={isOpen ? "true" : undefined}
			>
				<span class="hit-name">
					<span dir="auto">{asker.name}</span>{" "}
					<span class="quiet">
						<span aria-hidden="true">→</span>
						<span class="unseen">to</span>
					</span>{" "}
					<span dir="auto">{asked.name}</span>
				</span>
				<span class={toneOf[connection.status]}>{connection.status}</span>
				<span class="hit-way quiet small">
					{connection.roleName ?? "A role that is gone"} · {shortly(connection.dateRequested)}
				</span>
			</a>
		</li>
	);
}
