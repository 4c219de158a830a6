"""Tokens a second of transformers + PEFT on a GPU with another LoRA adapter for each sequence of a batch: what `piecewise bench --adapters distinct` is held against.

Random weights of the same shapes, adapters of the same rank on all seven projections. Needs torch, transformers and peft (0.10 or later: `adapter_names` in generate).
"""

import argparse
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

SHAPES = {
    "tinyllama": dict(vocab_size=32_000, hidden_size=2048, intermediate_size=5632, num_hidden_layers=22, num_attention_heads=32, num_key_value_heads=4, max_position_embeddings=2048),
    "llama8b": dict(vocab_size=128_256, hidden_size=4096, intermediate_size=14_336, num_hidden_layers=32, num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=8192, rope_theta=500_000.0),
}
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PROMPT = 32
WARM_UP = 8


def model_with_adapters(shape: str, rank: int, count: int):
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = LlamaForCausalLM(LlamaConfig(**SHAPES[shape])).eval()
        lora = LoraConfig(r=rank, lora_alpha=rank, target_modules=PROJECTIONS, init_lora_weights=False)
        model = get_peft_model(model, lora, adapter_name="user-0")
        for user in range(1, count):
            model.add_adapter(f"user-{user}", lora)
    return model.eval()


def seconds(model, prompts, adapters, tokens: int) -> float:
    torch.cuda.synchronize()
    start = time.perf_counter()
    model.generate(
        input_ids=prompts,
        attention_mask=torch.ones_like(prompts),
        adapter_names=adapters,
        max_new_tokens=tokens,
        min_new_tokens=tokens,
        do_sample=False,
        pad_token_id=0,
    )
    torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, default="llama8b")
    parser.add_argument("--sequences", default="1,8,32")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    counts = [int(count) for count in options.sequences.split(",")]
    model = model_with_adapters(options.shape, options.rank, max(counts))
    print("sequences, tokens/s of decoding (median)")
    for count in counts:
        prompts = torch.randint(0, SHAPES[options.shape]["vocab_size"], (count, PROMPT), device="cuda")
        adapters = [f"user-{user}" for user in range(count)]
        seconds(model, prompts, adapters, WARM_UP)
        rates = []
        for _ in range(options.rounds):
            # The difference leaves the prompts and the first tokens out.
            short = seconds(model, prompts, adapters, WARM_UP)
            rates.append(count * options.tokens / (seconds(model, prompts, adapters, WARM_UP + options.tokens) - short))
        print(f"{count}, {sorted(rates)[len(rates) // 2]:.1f}", flush=True)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
