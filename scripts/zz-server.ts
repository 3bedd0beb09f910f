import { startControlPlane } from '../src/control-plane.ts';
import { readConfig } from '../src/config.ts';
import { writeFileSync } from 'node:fs';
const config = readConfig({ args: process.argv.slice(2), env: {}, cwd: process.cwd(), packageRoot: process.cwd() } as any);
const plane = await startControlPlane({ config: config as any, onProgress: (m)=>console.log(m), logger: { debug(){}, info(){}, warn:(m,f)=>console.log('WARN',m,f), error:(m,f)=>console.log('ERROR',m,f), child(){return this as any} } as any });
console.log('URL', plane.url, plane.token);
process.on('SIGINT', async()=>{ await plane.stop(); process.exit(0); });
