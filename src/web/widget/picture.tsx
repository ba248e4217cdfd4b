import { useEffect, useRef, useState } from "preact/hooks";
import { fileOf } from "./pictures.ts";

/** What it takes on the screen, in CSS pixels. */
const WIDEST = 240;
const HIGHEST = 320;
/** Another tab has the file by then. */
const HANDED_OVER_MS = 60_000;

/** A picture in a message; a click opens it in a tab of its own. */
export function Picture({ body, label }: { body: string; label: string }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const [isBroken, setBroken] = useState(false);
	useEffect(() => {
		let isWanted = true;
		const file = fileOf(body);
		const draw = async () => {
			if (!file) throw new Error("no picture");
			const bitmap = await createImageBitmap(file);
			if (isWanted && canvas.current) drawOn(canvas.current, bitmap);
		};
		draw().catch(() => isWanted && setBroken(true));
		return () => {
			isWanted = false;
		};
	}, [body]);
	if (isBroken) return <span class="broken">{label}</span>;
	return (
		<button type="button" class="picture" aria-label={label} onClick={() => show(body)}>
			<canvas ref={canvas} width={0} height={0} />
		</button>
	);
}

function drawOn(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
	const scale = Math.min(1, WIDEST / bitmap.width, HIGHEST / bitmap.height);
	const [width, height] = [bitmap.width * scale, bitmap.height * scale];
	canvas.width = Math.round(width * devicePixelRatio);
	canvas.height = Math.round(height * devicePixelRatio);
	canvas.style.width = `${width}px`;
	canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

function show(body: string): void {
	const file = fileOf(body);
	if (!file) return;
	const url = URL.createObjectURL(file);
	open(url, "_blank", "noopener");
	setTimeout(() => URL.revokeObjectURL(url), HANDED_OVER_MS);
}
