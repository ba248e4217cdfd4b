import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../core/icons.tsx";
import { Chips } from "./chips.tsx";
import type { CustomerTree, Row } from "./tree-store.ts";

type Props = { tree: CustomerTree; openId: string | undefined; onChoose: (id: string) => void };

/**
 * Customers below their parents, as the tree pattern of WAI-ARIA has it: arrows walk and open, Home and End jump, Enter chooses; one stop for
 * the Tab key. https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */
export function Tree({ tree, openId, onChoose }: Props): JSX.Element {
	const list = useRef<HTMLUListElement>(null);
	const focused = useSignal<string | undefined>(undefined);
	const { rows } = tree;
	const walkable = rows.filter(({ kind }) => kind !== "loading");
	const current =
		walkable.find(({ key }) => key === focused.value) ?? walkable.find(({ key }) => key === openId) ?? walkable[0];
	const moveTo = (row: Row | undefined): void => {
		if (!row) return;
		focused.value = row.key;
		list.current?.querySelector<HTMLElement>(`[data-key="${row.key}"]`)?.focus();
	};
	const activate = (row: Row): void => {
		focused.value = row.key;
		if (row.kind === "customer") onChoose(row.customer.id);
		else void loadMore(row);
	};
	/** The line that asked for more is gone afterwards: the first that came takes its place. */
	const loadMore = async (row: Row): Promise<void> => {
		const at = tree.rows.findIndex(({ key }) => key === row.key);
		const hadFocus = list.current?.contains(document.activeElement);
		await tree.more(row.parentId);
		if (hadFocus) requestAnimationFrame(() => moveTo(tree.rows[at]));
	};
	const onKey = (event: KeyboardEvent): void => {
		if (event.ctrlKey || event.metaKey || event.altKey || !current) return;
		const act = keys[event.key];
		if (!act) return;
		event.preventDefault();
		act({ tree, rows: walkable, row: current, moveTo, activate });
	};
	return (
		<ul class="tree" role="tree" aria-label="Customers" ref={list} onKeyDown={onKey}>
			{rows.map((row) => (
				<Line
					key={row.key}
					row={row}
					isChosen={row.kind === "customer" && row.customer.id === openId}
					isStop={row === current}
					onFocus={() => (focused.value = row.key)}
					onToggle={() => toggle(tree, row)}
					onActivate={() => activate(row)}
				/>
			))}
		</ul>
	);
}

type Walk = {
	tree: CustomerTree;
	rows: Row[];
	row: Row;
	moveTo: (row: Row | undefined) => void;
	activate: (row: Row) => void;
};

const by =
	(step: number) =>
	({ rows, row, moveTo }: Walk) =>
		moveTo(rows[rows.indexOf(row) + step]);
const activate = ({ row, activate }: Walk) => activate(row);

const keys: Record<string, (walk: Walk) => void> = {
	ArrowDown: by(1),
	ArrowUp: by(-1),
	Home: ({ rows, moveTo }) => moveTo(rows[0]),
	End: ({ rows, moveTo }) => moveTo(rows.at(-1)),
	Enter: activate,
	" ": activate,
	ArrowRight: ({ tree, rows, row, moveTo }) => {
		if (row.kind !== "customer" || row.customer.childCount === 0) return;
		if (!row.isOpen) return void tree.open(row.customer.id);
		moveTo(rows.find(({ parentId }) => parentId === row.customer.id));
	},
	ArrowLeft: ({ tree, rows, row, moveTo }) => {
		if (row.kind === "customer" && row.isOpen) tree.close(row.customer.id);
		else moveTo(rows.find(({ key }) => key === row.parentId));
	},
};

function toggle(tree: CustomerTree, row: Row): void {
	if (row.kind !== "customer") return;
	if (row.isOpen) tree.close(row.customer.id);
	else void tree.open(row.customer.id);
}

type LineProps = {
	row: Row;
	isChosen: boolean;
	isStop: boolean;
	onFocus: () => void;
	onToggle: () => void;
	onActivate: () => void;
};

function Line({ row, isChosen, isStop, onFocus, onToggle, onActivate }: LineProps): JSX.Element {
	const indent = { paddingInlineStart: `${0.5 + (row.level - 1) * 1.125}rem` };
	if (row.kind === "loading")
		return (
			<li role="none" class="branch quiet" style={indent}>
				<span class="twist">
					<span class="spinner" />
				</span>
				Loading…
			</li>
		);
	const common = {
		"data-key": row.key,
		role: "treeitem" as const,
		"aria-level": row.level,
		"aria-selected": isChosen,
		tabIndex: isStop ? 0 : -1,
		style: indent,
		onFocus,
		// The tree has the keys.
		onClick: onActivate,
	};
	if (row.kind !== "customer")
		return (
			<li {...common} class="branch branch-end">
				<span class="twist" />
				{row.kind === "error" ? `${row.error} Try again` : "More…"}
			</li>
		);
	const { customer, isOpen, at, of } = row;
	const hasBranch = customer.childCount > 0;
	return (
		<li {...common} class="branch" aria-expanded={hasBranch ? isOpen : undefined} aria-posinset={at} aria-setsize={of}>
			<span
				class={`twist${hasBranch ? " has-branch" : ""}`}
				aria-hidden="true"
				onClick={(event) => {
					if (!hasBranch) return;
					event.stopPropagation();
					onToggle();
				}}
			>
				{hasBranch && <Icon name={isOpen ? "down" : "right"} size={16} />}
			</span>
			<span class="branch-name" dir="auto">
				{customer.name}
			</span>
			<Chips tags={customer.tags} most={2} />
			{hasBranch && (
				<span class="branch-count quiet">
					{customer.childCount.toLocaleString()}
					<span class="unseen"> below</span>
				</span>
			)}
		</li>
	);
}
