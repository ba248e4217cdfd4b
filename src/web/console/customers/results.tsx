import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../core/announce.tsx";
import { messageOf } from "../core/api.ts";
import { place } from "../core/route.ts";
import { Chips } from "./chips.tsx";
import { found, type Filter } from "./directory.ts";
import type { Customer, Page } from "./types.ts";

/** How many match; at least so many where not all were counted. */
type Total = { count: number; isLowerBound: boolean };
type State = { items: Customer[]; total: Total; cursor?: string | undefined; isLoading: boolean; error: string };
const before: State = { items: [], total: { count: 0, isLowerBound: false }, isLoading: true, error: "" };

/** The customers that match, each with the way to it. */
export function Results({ filter, openId }: { filter: Filter; openId: string | undefined }): JSX.Element {
	const state = useSignal(before);
	const load = async (isLatest: () => boolean, items: Customer[], cursor?: string): Promise<void> => {
		state.value = { ...state.value, items, isLoading: true, error: "" };
		try {
			const page = await found(filter, cursor);
			if (!isLatest()) return;
			const all = [...items, ...(page.items ?? [])];
			const total = totalOf(page, cursor === undefined ? undefined : state.value.total, all.length);
			state.value = {
				items: all,
				total,
				cursor: page.hasMorePages ? page.cursor : undefined,
				isLoading: false,
				error: "",
			};
			announce(inWords(total));
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
	}, [JSON.stringify(filter)]);
	const { items, total, cursor, isLoading, error } = state.value;
	return (
		<section aria-label="Customers found" aria-busy={isLoading}>
			{!error && (items.length > 0 || !isLoading) && <p class="found-count quiet small">{inWords(total)}</p>}
			<ul>
				{items.map((customer) => (
					<li key={customer.id}>
						<a
							class="hit-row"
							href={place("customers", customer.id)}
							aria-current={customer.id === openId ? "true" : undefined}
						>
							<span class="hit-name" dir="auto">
								{customer.name}
							</span>
							{customer.referenceId && <span class="quiet small mono">{customer.referenceId}</span>}
							<span class="hit-way quiet small" dir="auto">
								{wayTo(customer)}
							</span>
							{customer.tags.length > 0 && (
								<span class="chips">
									<Chips tags={customer.tags} most={3} />
								</span>
							)}
						</a>
					</li>
				))}
			</ul>
			{error && (
				<p class="notice danger strip" role="alert">
					{error}{" "}
					<button type="button" class="button" onClick={() => void load(() => true, items, cursor)}>
						Try again
					</button>
				</p>
			)}
			{isLoading && (
				<p class="quiet waiting">
					<span class="spinner" /> Looking…
				</p>
			)}
			{cursor !== undefined && !isLoading && (
				<p class="list-end">
					<button type="button" class="button" onClick={() => void load(() => true, items, cursor)}>
						Show more
					</button>
				</p>
			)}
		</section>
	);
}

function wayTo({ breadcrumb, accountName }: Customer): string {
	const way = breadcrumb.slice(0, -1).map(({ name }) => name);
	return way.length > 0 ? `in ${way.join(" › ")}` : `at the top${accountName ? `, account ${accountName}` : ""}`;
}

/** The first page counts; later ones tell more of what was not counted to its end. */
function totalOf(page: Page<Customer>, before: Total | undefined, loaded: number): Total {
	if (!before) return { count: page.totalCount, isLowerBound: page.isTotalLowerBound ?? false };
	if (!before.isLowerBound) return before;
	return { count: Math.max(before.count, loaded), isLowerBound: page.hasMorePages };
}

function inWords({ count, isLowerBound }: Total): string {
	if (count === 0) return "No customer matches.";
	const number = `${count.toLocaleString()}${isLowerBound ? "+" : ""}`;
	return `${number} ${count === 1 ? "customer matches" : "customers match"}.`;
}
