# SPDX-License-Identifier: Apache-2.0
"""Asks a running daemon for every path of its OpenAPI document and validates each answer: api_ask.py PORT TOKEN. Lists are walked
to their end with a small limit and must give what one large answer gives. Prints what is wrong; exits 1 then."""
import json, sys, urllib.error, urllib.request
import jsonschema

port, token = sys.argv[1:3]
root = f'http://127.0.0.1:{port}/api/v1'
wrong = []


def ask(path, method='GET', body=None, headers=None):
    fields = {'Authorization': f'Bearer {token}', 'Content-Type': 'application/json', **(headers or {})}
    request = urllib.request.Request(root + path, method=method, data=None if body is None else json.dumps(body).encode(), headers=fields)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read()


doc = json.loads(ask('/openapi.json')[2])


def judge(template, path, method='GET', body=None, expect=200):
    status, kind, text = ask(path, method, body)
    if status != expect:
        wrong.append(f'{method} {path}: {status} {text[:200]}')
        return None
    content = doc['paths'][template][method.lower()]['responses']['200' if status == 200 else 'default']['content']
    if kind not in content:
        wrong.append(f'{method} {path}: {kind} is not in the document')
        return None
    if 'json' not in kind:
        return text
    value = json.loads(text)
    schema = {**content[kind]['schema'], 'components': doc['components']}
    for fault in jsonschema.Draft202012Validator(schema).iter_errors(value):
        wrong.append(f'{method} {path}: {fault.json_path}: {fault.message[:200]}')
    done.add((template, method.lower()))
    return value


def walk(template, word, query=''):
    whole = judge(template, f'{template}?limit=1000{query}')[word]
    rows, after = [], ''
    while after is not None:
        part = judge(template, f'{template}?limit=7{query}{after}')
        rows += part[word]
        after = '&after=' + part['next'] if 'next' in part else None
    if rows != whole or 'next' in judge(template, f'{template}?limit=1000{query}'):
        wrong.append(f'{template}: walked, {len(rows)} rows are not the {len(whole)} at once')
    return whole


done = set()
judge('/', '/')
judge('/openapi.json', '/openapi.json')
vessels = walk('/vessels', 'vessels')
assert [v['mmsi'] for v in vessels] == sorted(v['mmsi'] for v in vessels) and len(vessels) > 30
mmsi = next(v['mmsi'] for v in vessels if v['watched'])
judge('/vessels/{mmsi}', f'/vessels/{mmsi}')
judge('/vessels/{mmsi}', '/vessels/1', expect=404)
track = judge('/vessels/{mmsi}/track', f'/vessels/{mmsi}/track')
assert len(track['features'][0]['properties']['times']) == len(track['features'][0]['geometry']['coordinates'])
kept = judge('/vessels/{mmsi}/track', f'/vessels/{mmsi}/track?since=30d')['features'][0]['properties']
assert kept['complete'] and len(kept['times']) > 1000 and kept['times'] == sorted(kept['times'])
assert set(t[:19] for t in track['features'][0]['properties']['times'] if t >= kept['times'][0]) <= set(t[:19] for t in kept['times'])
part = judge('/vessels/{mmsi}/track', f'/vessels/{mmsi}/track?since=2024-03-20&until=2024-03-21')['features'][0]['properties']
assert part['times'] == [t for t in kept['times'] if t.startswith('2024-03-20')] != []
judge('/vessels/{mmsi}/track', '/vessels/999999999/track?since=30d')
judge('/vessels', '/vessels?bbox=120,30,135,40&format=geojson&watched=true')
judge('/vessels', '/vessels?colour=red', expect=400)
judge('/vessels', '/vessels?limit=1001', expect=400)
alerts = walk('/alerts', 'alerts')
times = walk('/alerts', 'alerts', '&severity=critical')
assert len(times) < len(alerts) and all(a['severity'] == 'critical' for a in times)
one = alerts[0]['id']
judge('/alerts/{id}', f'/alerts/{one}')
judge('/alerts/{id}', '/alerts/00000000000000000000000000000000', expect=404)
before = judge('/', '/')['unacknowledged']
seen = judge('/alerts/{id}/acknowledgement', f'/alerts/{one}/acknowledgement', 'POST', {'note': 'seen', 'verdict': 'explained'})
assert seen['acknowledged']['by'] == 'anna' and seen['acknowledged']['verdict'] == 'explained', seen
assert [a['id'] for a in walk('/alerts', 'alerts', '&acknowledged=true')] == [one]
judge('/alerts/{id}/acknowledgement', f'/alerts/{one}/acknowledgement', 'POST', {'verdict': 'wrong'}, expect=400)
back = judge('/alerts/{id}/acknowledgement', f'/alerts/{one}/acknowledgement', 'DELETE')
assert 'acknowledged' not in back
case = next(a['event']['data']['case'] for a in alerts if a['type'] == 'lookoutd.route.progressed')
assert len(judge('/cases/{case}', f'/cases/{case}')['alerts']) == len(judge('/alerts', f'/alerts?case={case}')['alerts'])
walk('/runs', 'runs')
calls = walk('/calls', 'calls')
assert [c['arrived_at'] for c in calls if 'arrived_at' in c]
walk('/voyages', 'voyages')
judge('/calls', '/calls?format=csv')
done.add(('/stream', 'get'))  # api.sh reads it
judge('/zones', '/zones')
judge('/ports', '/ports')
judge('/ports', '/ports?all=true&bbox=120,30,135,40')
assert [r['id'] for r in walk('/rules', 'rules')][0] == 'arms-route'
mute = judge('/mutes', '/mutes', 'POST', {'vessel': 445000001, 'zone': 'yeosu-box', 'until': '2024-04-30T00:00:00Z', 'why': 'known'})
for body in ({}, {'vessel': 445000001, 'why': 'x'}, {'until': '2024-04-01', 'why': 'x'}, {'rule': 'no-such', 'until': '2024-04-01', 'why': 'x'},
             {'vessel': 12, 'until': '2024-04-01', 'why': 'x'}, {'vessel': 445000001, 'until': '2024-04-01', 'why': 'x', 'colour': 'red'},
             {'vessel': 445000001, 'until': '2025-04-01', 'why': 'x'}, {'vessel': 445000001, 'until': '2020-04-01', 'why': 'x'}):
    judge('/mutes', '/mutes', 'POST', body, expect=400)
mutes = walk('/mutes', 'mutes')
assert mutes[0] == mute and mutes[-1]['id'] == 'conf-1' and not mute['ended'] and mute['by'] == 'anna' and mute['vessel'] == 445000001, mutes
assert judge('/mutes/{id}', f'/mutes/{mute["id"]}', 'DELETE')['ended'] and walk('/mutes', 'mutes')[0]['ended']
judge('/mutes/{id}', '/mutes/conf-1', 'DELETE', expect=409)
judge('/mutes/{id}', '/mutes/m0', 'DELETE', expect=404)
judge('/watch', '/watch', 'POST', {'name': ' '}, expect=400)
first = judge('/watch', '/watch', 'POST', {'name': 'Kim'})
assert first['name'] == 'Kim' and first['by'] == 'anna' and 'handover' not in first, first
assert judge('/alerts/{id}/acknowledgement', f'/alerts/{one}/acknowledgement', 'POST', {})['acknowledged']['by'] == 'anna/Kim'
second = judge('/watch', '/watch', 'POST', {'name': 'Lee'})
assert second['handover']['from'] == 'Kim' and sum(second['handover']['unacknowledged'].values()) == len(walk('/alerts', 'alerts', '&acknowledged=false')), second
handed = second['handover']['alerts']
assert handed['new'] == [] and [a['id'] for a in handed['unacknowledged']] == [a['id'] for a in walk('/alerts', 'alerts', '&acknowledged=false')][:50]
assert all(a['summary'] for a in handed['unacknowledged']) and second['handover']['runs'] == walk('/runs', 'runs')[:50]
assert sum(second['handover']['new'].values()) == 0 and second['handover']['open'] == len(walk('/runs', 'runs')), second
assert [w['name'] for w in walk('/watches', 'watches')] == ['Lee', 'Kim']
judge('/alerts/{id}/acknowledgement', f'/alerts/{one}/acknowledgement', 'DELETE')
judge('/session', '/session', 'POST', {'token': token})
judge('/session', '/session', 'DELETE')
for template, methods in doc['paths'].items():
    for method in methods:
        if (template, method) not in done:
            wrong.append(f'{method} {template} was not asked for')
print('\n'.join(wrong))
sys.exit(bool(wrong))
