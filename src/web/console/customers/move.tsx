import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "../core/announce.tsx";
import { ApiError, messageOf } from "../core/api.ts";
import { Dialog } from "../core/dialog.tsx";
import { Picker } from "../core/picker.tsx";
import { change, found, nothing } from "./directory.ts";
import type { Customer } from "./types.ts";

/** Puts a customer, with all below it, below another one or at the top. */
export function MoveCustomer({
	customer,
	onClose,
	onDone,
}: {
	customer: Customer;
	onClose: () => void;
	onDone: (moved: Customer) => void;
}): JSX.Element {
	const isTop = useSignal(false);
	const parent = useSignal<Customer | undefined>(undefined);
	const problem = useSignal("");
	const move = async (): Promise<void> => {
		problem.value = "";
		const target = isTop.value ? undefined : parent.value;
		try {
			const body = target ? { parentCustomerId: target.id } : {};
			const moved = await change<Customer>("POST", `/customers/${customer.id}/move`, customer.version, body);
			announce(target ? `Moved below ${target.name}.` : "Moved to the top.");
			onClose();
			onDone(moved);
		} catch (error) {
			problem.value = whyNot(error, customer, target);
		}
	};
	return (
		<Dialog title={`Move ${customer.name}`} onClose={onClose}>
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					void move();
				}}
			>
				{customer.descendantCount > 0 && (
					<p>
						{customer.descendantCount === 1
							? "The customer below it moves along."
							: `The ${customer.descendantCount.toLocaleString()} customers below it move along.`}
					</p>
				)}
				<fieldset class="choices">
					<legend>Where to</legend>
					<label class="check">
						<input type="radio" name="place" checked={!isTop.value} onChange={() => (isTop.value = false)} />
						Below another customer
					</label>
					<label class="check">
						<input type="radio" name="place" checked={isTop.value} onChange={() => (isTop.value = true)} />
						To the top
					</label>
				</fieldset>
				{!isTop.value && (
					<Picker
						label="Below"
						placeholder="Part of a name"
						chosen={parent.value}
						onChoose={(one) => (parent.value = one)}
						find={async (name) => (await found({ ...nothing, name })).items?.slice(0, 8) ?? []}
						show={({ id, name, breadcrumb, referenceId }) => ({
							key: id,
							name,
							hint: [
								breadcrumb
									.slice(0, -1)
									.map((step) => step.name)
									.join(" › "),
								referenceId,
							]
								.filter(Boolean)
								.join(" · "),
						})}
					/>
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
					<button type="submit" class="button primary" disabled={!isTop.value && !parent.value}>
						Move
					</button>
				</div>
			</form>
		</Dialog>
	);
}

/** A refusal in the words of what was tried. */
export function whyNot(error: unknown, { name }: Customer, target?: Customer): string {
	if (!(error instanceof ApiError)) return messageOf(error);
	if (error.code === "CycleDetected")
		return target?.name === name
			? `“${name}” cannot be below itself.`
			: `“${target?.name}” is below “${name}” itself. Choose one that is not.`;
	if (error.status === 412)
		return "Somebody changed this customer after you opened it. Close this, look at it again, and try again.";
	return messageOf(error);
}
