// What alipay-sdk brings along (undici) wants the global File of Node 20; Debian 12 has Node 18. To be imported first.
import { File } from 'node:buffer';

globalThis.File ??= File;
