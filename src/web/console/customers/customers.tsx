import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Icon } from "../core/icons.tsx";
import { go } from "../core/route.ts";
import { may } from "../core/session.ts";
import { useKeys } from "../core/shortcuts.ts";
import "../core/split.css";
import "./customers.css";
import { Detail } from "./detail.tsx";
import { customerWith, isFiltering, nothing } from "./directory.ts";
import { NewCustomer } from "./edit.tsx";
import { Filters } from "./filters.tsx";
import { Results } from "./results.tsx";
import { CustomerTree } from "./tree-store.ts";
import { Tree } from "./tree.tsx";
import type { Customer } from "./types.ts";

/** The customers that the reader may see, as a tree, or those that a filter finds; and the one that is open. */
export function Customers({ parts }: { parts: readonly string[] }): JSX.Element {
	const [openId] = parts;
	const tree = useMemo(() => new CustomerTree(), []);
	const filter = useSignal(nothing);
	/** Counts what was changed here, so that a list of what was found is read anew. */
	const changes = useSignal(0);
	const isMaking = useSignal(false);
	useKeys(may("customers:write") ? { c: () => (isMaking.value = true) } : {});
	/** A branch whose customers are others now, and the customer that it belongs to. */
	const refresh = async (parentId: string | undefined): Promise<void> => {
		changes.value += 1;
		if (parentId !== undefined) tree.update(await customerWith(parentId));
		await tree.refresh(parentId);
	};
	const onMade = (made: Customer): void => {
		void refresh(made.parentCustomerId);
		go("customers", made.id);
	};
	return (
		<div class={`split${openId === undefined ? "" : " has-open"}`}>
			<section class="split-list" aria-label="Customers">
				<header class="pane-head">
					<h1>Customers</h1>
					{may("customers:write") && (
						<button
							type="button"
							class="button plain icon"
							aria-label="New customer"
							title="New customer (C)"
							onClick={() => (isMaking.value = true)}
						>
							<Icon name="plus" />
						</button>
					)}
				</header>
				<Filters filter={filter.value} onChange={(next) => (filter.value = next)} />
				<div class="split-scroll">
					{isFiltering(filter.value) ? (
						<Results key={changes.value} filter={filter.value} openId={openId} />
					) : tree.isEmpty ? (
						<p class="empty">
							{may("customers:write")
								? "No customers yet. Press C to add the first."
								: "There is no customer for you to see."}
						</p>
					) : (
						<Tree tree={tree} openId={openId} onChoose={(id) => go("customers", id)} />
					)}
				</div>
			</section>
			{openId === undefined ? (
				<div class="split-open empty-state">
					<p class="quiet">Choose a customer to see what holds for it.</p>
				</div>
			) : (
				<Detail
					key={openId}
					id={openId}
					onShown={(customer) => {
						tree.update(customer);
						void tree.reveal(customer.breadcrumb);
					}}
					onMade={onMade}
					onChanged={({ parentCustomerId }) => void refresh(parentCustomerId)}
					onMoved={({ parentCustomerId }, from) => {
						void refresh(from);
						void refresh(parentCustomerId);
					}}
					onGone={({ parentCustomerId }) => {
						void refresh(parentCustomerId);
						if (parentCustomerId === undefined) go("customers");
						else go("customers", parentCustomerId);
					}}
				/>
			)}
			{isMaking.value && <NewCustomer onClose={() => (isMaking.value = false)} onDone={onMade} />}
		</div>
	);
}
