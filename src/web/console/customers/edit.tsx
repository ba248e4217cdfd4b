import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "../core/announce.tsx";
import { ApiError, call, messageOf } from "../core/api.ts";
import { Dialog } from "../core/dialog.tsx";
import { fully } from "../core/time.ts";
import { change, customerWith } from "./directory.ts";
import { TagChooser } from "./tag-chooser.tsx";
import type { Customer, Tag } from "./types.ts";

type Draft = { name: string; referenceId: string; tags: readonly Tag[] };

/** Changes name, reference and tags; what somebody else changed meanwhile is shown, and never overwritten unseen. */
export function EditCustomer({
	customer,
	onClose,
	onDone,
}: {
	customer: Customer;
	onClose: () => void;
	onDone: (changed: Customer) => void;
}): JSX.Element {
	const seen = useSignal(customer);
	const theirs = useSignal<Customer | undefined>(undefined);
	const draft = useSignal(draftOf(customer));
	const save = async (version: number): Promise<void> => {
		try {
			const path = `/customers/${customer.id}`;
			const changed = await change<Customer>("PATCH", path, version, bodyOf(draft.value));
			announce("Saved.");
			onClose();
			onDone(changed);
		} catch (error) {
			if (!(error instanceof ApiError) || error.status !== 412) throw error;
			theirs.value = await customerWith(customer.id);
		}
	};
	const other = theirs.value;
	return (
		<Dialog title={`Edit ${customer.name}`} onClose={onClose}>
			{other && (
				<div class="notice warn conflict" role="alert">
					<p>
						Not saved: {other.lastModifiedBy} changed this customer on {fully(other.dateLastModified)}, after you opened
						it. It is now “{other.name}”, reference {other.referenceId ? `“${other.referenceId}”` : "none"}, tags{" "}
						{other.tags.map(({ name }) => name).join(", ") || "none"}. Save again to put yours over it, or take theirs.
					</p>
					<button
						type="button"
						class="button"
						onClick={() => {
							seen.value = other;
							draft.value = draftOf(other);
							theirs.value = undefined;
						}}
					>
						Take theirs
					</button>
				</div>
			)}
			<Form
				draft={draft.value}
				verb={other ? "Save over it" : "Save"}
				onInput={(next) => (draft.value = next)}
				onSave={() => save((other ?? seen.value).version)}
				onClose={onClose}
			/>
		</Dialog>
	);
}

/** Makes a customer, below another or at the top. */
export function NewCustomer({
	parent,
	onClose,
	onDone,
}: {
	parent?: Customer | undefined;
	onClose: () => void;
	onDone: (made: Customer) => void;
}): JSX.Element {
	const draft = useSignal<Draft>({ name: "", referenceId: "", tags: [] });
	return (
		<Dialog title={parent ? `New customer below ${parent.name}` : "New customer"} onClose={onClose}>
			<Form
				draft={draft.value}
				verb="Add"
				onInput={(next) => (draft.value = next)}
				onSave={async () => {
					const place = parent ? { parentCustomerId: parent.id } : {};
					const made = await call<Customer>("POST", "/customers", { ...bodyOf(draft.value), ...place });
					announce(`Added ${made.name}.`);
					onClose();
					onDone(made);
				}}
				onClose={onClose}
			/>
		</Dialog>
	);
}

type FormProps = {
	draft: Draft;
	verb: string;
	onInput: (draft: Draft) => void;
	onSave: () => Promise<void>;
	onClose: () => void;
};

function Form({ draft, verb, onInput, onSave, onClose }: FormProps): JSX.Element {
	const problem = useSignal<unknown>(undefined);
	const isSaving = useSignal(false);
	const save = async (): Promise<void> => {
		problem.value = undefined;
		isSaving.value = true;
		try {
			await onSave();
		} catch (error) {
			problem.value = error;
		}
		isSaving.value = false;
	};
	const fields = problem.value instanceof ApiError ? problem.value.fields : new Map<string, string>();
	return (
		<form
			class="stack"
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<label class="field">
				<span class="label">Name</span>
				<input
					class="input"
					required
					maxLength={200}
					value={draft.name}
					aria-invalid={fields.has("name")}
					onInput={(event) => onInput({ ...draft, name: event.currentTarget.value })}
				/>
				{fields.has("name") && <span class="error">{fields.get("name")}</span>}
			</label>
			<label class="field">
				<span class="label">Reference</span>
				<input
					class="input"
					maxLength={200}
					value={draft.referenceId}
					onInput={(event) => onInput({ ...draft, referenceId: event.currentTarget.value })}
				/>
				<span class="hint">What your other systems call it.</span>
			</label>
			<TagChooser legend="Tags" chosen={draft.tags} onChange={(tags) => onInput({ ...draft, tags })} />
			{problem.value !== undefined && !fields.has("name") && (
				<p class="notice danger" role="alert">
					{messageOf(problem.value)}
				</p>
			)}
			<div class="dialog-foot">
				<button type="button" class="button" onClick={onClose}>
					Cancel
				</button>
				<button type="submit" class="button primary" disabled={draft.name.trim() === "" || isSaving.value}>
					{verb}
				</button>
			</div>
		</form>
	);
}

function draftOf({ name, referenceId = "", tags }: Customer): Draft {
	return { name, referenceId, tags };
}

function bodyOf({ name, referenceId, tags }: Draft): object {
	return { name: name.trim(), referenceId: referenceId.trim(), tagIds: tags.map(({ id }) => id) };
}
