export default {fetch(){return new Response('x')}}; import {DurableObject} from 'cloudflare:workers'; export class Room extends DurableObject{}
