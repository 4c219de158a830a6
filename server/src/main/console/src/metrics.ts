/** One reading of the server's metrics. */
export interface Reading {
  at: number;
  completionTokens: number;
  promptTokens: number;
  running: number;
  waiting: number;
  kvInUse: number;
  slots: Record<string, number>;
  hits: Record<string, number>;
  misses: Record<string, number>;
  bytes: Record<string, number>;
}

type Samples = Map<string, { labels: Record<string, string>; value: number }[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

function parse(text: string): Samples {
  const samples: Samples = new Map();
  for (const line of text.split('\n')) {
    const found = LINE.exec(line);
    if (!found) continue;
    const labels = Object.fromEntries([...(found[2] ?? '').matchAll(LABEL)].map(label => [label[1]!, label[2]!]));
    const family = samples.get(found[1]!) ?? [];
    family.push({ labels, value: Number(found[3]) });
    samples.set(found[1]!, family);
  }
  return samples;
}

export function read(text: string, at: number): Reading {
  const samples = parse(text);
  const sum = (name: string) => (samples.get(name) ?? []).reduce((total, sample) => total + sample.value, 0);
  const by = (name: string, label: string) => {
    const sums: Record<string, number> = {};
    for (const sample of samples.get(name) ?? []) {
      const key = sample.labels[label] ?? '';
      sums[key] = (sums[key] ?? 0) + sample.value;
    }
    return sums;
  };
  return {
    at,
    completionTokens: sum('vllm:generation_tokens_total'),
    promptTokens: sum('vllm:prompt_tokens_total'),
    running: sum('vllm:num_requests_running'),
    waiting: sum('vllm:num_requests_waiting'),
    kvInUse: sum('vllm:kv_cache_usage_perc'),
    slots: by('piecewise_adapter_slots', 'state'),
    hits: by('piecewise_adapter_cache_hits_total', 'tier'),
    misses: by('piecewise_adapter_cache_misses_total', 'tier'),
    bytes: by('piecewise_adapter_cache_bytes', 'tier'),
  };
}
