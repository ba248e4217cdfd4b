import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "../core/announce.tsx";
import { query } from "../core/api.ts";
import { Dialog } from "../core/dialog.tsx";
import { change } from "./directory.ts";
import { whyNot } from "./move.tsx";
import type { Customer } from "./types.ts";

/** Deletes a customer after a second look; with those below it only when that is said. */
export function RemoveCustomer({
	customer,
	onClose,
	onDone,
}: {
	customer: Customer;
	onClose: () => void;
	onDone: () => void;
}): JSX.Element {
	const { id, name, descendantCount, version } = customer;
	const isAll = useSignal(false);
	const problem = useSignal("");
	const remove = async (): Promise<void> => {
		problem.value = "";
		try {
			await change("DELETE", `/customers/${id}${query({ cascade: isAll.value || undefined })}`, version);
			announce(`Deleted ${name}.`);
			onClose();
			onDone();
		} catch (error) {
			problem.value = whyNot(error, customer);
		}
	};
	return (
		<Dialog title={`Delete ${name}?`} onClose={onClose}>
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					void remove();
				}}
			>
				<p>This cannot be undone. People who belong to it stay, and belong to nobody.</p>
				{descendantCount > 0 && (
					<label class="check">
						<input
							type="checkbox"
							checked={isAll.value}
							onChange={(event) => (isAll.value = event.currentTarget.checked)}
						/>
						{descendantCount === 1
							? "Also delete the customer below it"
							: `Also delete the ${descendantCount.toLocaleString()} customers below it`}
					</label>
				)}
				{problem.value && (
					<p class="notice danger" role="alert">
						{problem}
					</p>
				)}
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>
						Cancel
					</button>
					<button type="submit" class="button danger" disabled={descendantCount > 0 && !isAll.value}>
						Delete
					</button>
				</div>
			</form>
		</Dialog>
	);
}
