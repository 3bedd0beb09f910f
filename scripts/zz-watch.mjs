import { WebSocket } from 'ws';
import { readFileSync } from 'node:fs';
const [,, subsArg='1000', socketsArg='1', rateArg='200', secsArg='10'] = process.argv;
const subs=+subsArg, sockets=+socketsArg, rate=+rateArg, secs=+secsArg;
const log=readFileSync('/tmp/zz/server.log','utf8'); const [,url,token]=/URL (\S+) (\S+)/.exec(log);
const gql=async(query,variables)=>{const r=await fetch(url+'/graphql',{method:'POST',headers:{'content-type':'application/json',authorization:'Bearer '+token},body:JSON.stringify({query,variables})});const j=await r.json(); if(j.errors) throw new Error(JSON.stringify(j.errors)); return j.data;};
const names=Array.from({length:20},(_,i)=>'w'+i);
for(const n of names) await gql('mutation($i:CoreV1ConfigMapInput!){createCoreV1ConfigMap(input:$i){metadata{name}}}',{i:{metadata:{name:n},data:{a:'0'}}}).catch(e=>{});
let got=0, lat=[]; let ready=0; const lastrv=new Map();
const query='subscription { watchCoreV1ConfigMaps(namespace: "default", sendInitialEvents: true) { type resourceVersion initialEventsEnd object { metadata { name resourceVersion } data } } }';
let live=false, outOfOrder=0;
const conns=[];
for(let s=0;s<sockets;s++) await new Promise((res)=>{
  const ws=new WebSocket(url.replace('http','ws')+'/graphql','graphql-transport-ws',{perMessageDeflate:false}); conns.push(ws);
  ws.on('open',()=>ws.send(JSON.stringify({type:'connection_init',payload:{authorization:'Bearer '+token}})));
  const mine=Math.floor(subs/sockets);
  let acked=false;
  ws.on('message',(buf)=>{
    const now=Date.now();
    const text=buf.toString('latin1');
    const m=JSON.parse(text);
    if(m.type==='connection_ack'){ for(let i=0;i<mine;i++) ws.send(JSON.stringify({id:String(i),type:'subscribe',payload:{query}})); res(); return; }
    if(m.type==='next'){ const e=m.payload.data?.watchCoreV1ConfigMaps; if(!e){console.log(text.slice(0,300));return;} if(e.initialEventsEnd){ready++;return;} if(!live||e.type!=='MODIFIED')return; const t=+e.object.data.t; if(t){got++; lat.push(now-t); const k=s+'/'+m.id; const rv=+e.resourceVersion; if(!(rv>(lastrv.get(k)??0)))outOfOrder++; lastrv.set(k,rv);} }
    else console.log(text.slice(0,300));
  });
  ws.on('close',(c,r)=>console.log('closed',c,String(r)));
});
while(ready<subs) await new Promise(r=>setTimeout(r,50));
console.log('ready',ready);
live=true;
let sent=0; const start=Date.now(); let inflight=0;
await new Promise(done=>{ const timer=setInterval(()=>{ const due=Math.min(rate*secs,Math.floor((Date.now()-start)/1000*rate)); while(sent<due){ const n=names[sent%names.length]; sent++; inflight++; gql('mutation($n:String!,$p:JSON!){patchCoreV1ConfigMap(name:$n,type:MERGE,patch:$p){metadata{name}}}',{n,p:{data:{t:String(Date.now())}}}).finally(()=>{inflight--;}); } if(sent>=rate*secs&&!inflight){clearInterval(timer);done();} },5); });
const writeMs=Date.now()-start;
const deadline=Date.now()+15000; while(got<subs*sent&&Date.now()<deadline) await new Promise(r=>setTimeout(r,50));
lat.sort((a,b)=>a-b);
console.log({subs,sockets,sent,writeMs,expected:subs*sent,got,lost:subs*sent-got,outOfOrder,p50:lat[lat.length>>1],p99:lat[Math.floor(lat.length*.99)],max:lat.at(-1), clientCpuMs: Math.round(process.cpuUsage().user/1000)});
process.exit();
