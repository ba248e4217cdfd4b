import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "../core/announce.tsx";
import { call, messageOf } from "../core/api.ts";
import { contactsNamed, shown, type Contact } from "../core/contacts.ts";
import { Dialog } from "../core/dialog.tsx";
import { useLoad } from "../core/load.tsx";
import { Picker } from "../core/picker.tsx";
import { may } from "../core/session.ts";
import { addContact, connectionRoles, contactTypes } from "./contacts.ts";
import type { Connection, Term } from "./types.ts";

type Props = { onClose: () => void; onMade: (connection: Connection) => void };

/** Asks for a connection: staff who keep connections for any contact, others for their own. */
export function NewRequest({ onClose, onMade }: Props): JSX.Element {
	const isForAnybody = may("connections:administer");
	const terms = useLoad("terms", async () => {
		const [roles, types] = await Promise.all([connectionRoles.list(), contactTypes.list()]);
		return { roles, types };
	});
	const from = useSignal<Contact | undefined>(undefined);
	const to = useSignal<Contact | undefined>(undefined);
	const roleId = useSignal("");
	const typeId = useSignal("");
	const reason = useSignal("");
	const problem = useSignal("");
	const { roles = [], types = [] } = terms.value ?? {};
	const role = roleId.value || roles[0]?.id;
	const type = typeId.value || to.value?.contactTypeId || types[0]?.id;
	const ask = async (): Promise<void> => {
		problem.value = "";
		try {
			const { connection } = await call<{ connection: Connection }>("POST", "/api/connections", {
				...(isForAnybody ? { contactId: from.value?.contactUid } : {}),
				toContactId: to.value?.contactUid,
				roleId: role,
				contactTypeId: type,
				...(reason.value.trim() ? { reason: reason.value.trim() } : {}),
			});
			announce(connection.status === "Accepted" ? "They are connected." : "Asked.");
			onClose();
			onMade(connection);
		} catch (error) {
			problem.value = messageOf(error);
		}
	};
	const people = { placeholder: "How the name begins", find: contactsNamed, show: shown, make: addContact };
	const isComplete = (from.value || !isForAnybody) && to.value && role && type;
	return (
		<Dialog title="New request" onClose={onClose}>
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					void ask();
				}}
			>
				{isForAnybody && (
					<Picker label="Who asks" chosen={from.value} onChoose={(one) => (from.value = one)} {...people} />
				)}
				<Picker label="Who is asked" chosen={to.value} onChoose={(one) => (to.value = one)} {...people} />
				<div class="two">
					<TermField label="Role" value={role} terms={roles} onChange={(id) => (roleId.value = id)} />
					<TermField label="Type of who is asked" value={type} terms={types} onChange={(id) => (typeId.value = id)} />
				</div>
				{terms.value && (roles.length === 0 || types.length === 0) && (
					<p class="notice warn">
						There has to be a type and a role first: managers and administrators add them under “Types and roles”.
					</p>
				)}
				<label class="field">
					<span class="label">Why (optional)</span>
					<input
						class="input"
						maxLength={500}
						value={reason}
						onInput={(event) => (reason.value = event.currentTarget.value)}
					/>
				</label>
				{(problem.value || terms.error) && (
					<p class="notice danger" role="alert">
						{problem.value || terms.error}
					</p>
				)}
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>
						Cancel
					</button>
					<button type="submit" class="button primary" disabled={!isComplete}>
						Ask
					</button>
				</div>
			</form>
		</Dialog>
	);
}

type TermProps = { label: string; value: string | undefined; terms: Term[]; onChange: (id: string) => void };

function TermField({ label, value, terms, onChange }: TermProps): JSX.Element {
	return (
		<label class="field">
			<span class="label">{label}</span>
			<select class="input" required value={value} onChange={(event) => onChange(event.currentTarget.value)}>
				{terms.map(({ id, name }) => (
					<option key={id} value={id}>
						{name}
					</option>
				))}
			</select>
		</label>
	);
}
