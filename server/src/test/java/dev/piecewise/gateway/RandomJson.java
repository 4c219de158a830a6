package dev.piecewise.gateway;

import java.util.List;
import java.util.Random;

/** Bodies of completion requests that are right here and there: known fields with any value, sometimes cut or scrambled. */
final class RandomJson {
    private static final List<String> FIELDS = List.of(
            "model",
            "prompt",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "n",
            "best_of",
            "stream",
            "stream_options",
            "logprobs",
            "echo",
            "stop",
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "repetition_penalty",
            "logit_bias",
            "ignore_eos",
            "stop_token_ids",
            "min_tokens",
            "user",
            "return_token_ids",
            "suffix",
            "piecewise",
            "mode",
            "merge",
            "explain",
            "include_usage",
            "5",
            "unknown");
    private static final List<String> SCALARS = List.of(
            "null",
            "true",
            "false",
            "0",
            "1",
            "2",
            "-1",
            "0.5",
            "1e9",
            "1e400",
            "-1e-400",
            "\"\"",
            "\"a\"",
            "\"tiny\"",
            "\"base\"",
            "\"assembled\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\u0000\"",
            "9223372036854775808");

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    String body() {
        String body = "{\"prompt\":%s,%s}".formatted(random.nextInt(3) == 0 ? value(2) : "\"a\"", fields(3));
        return switch (random.nextInt(8)) {
            case 0 -> body.substring(0, random.nextInt(body.length()));
            case 1 -> body.replace(pick(List.of("{", "}", "\"", ":", ",")), pick(List.of("", "[", "\u0001", "é")));
            default -> body;
        };
    }

    private String fields(int depth) {
        StringBuilder fields = new StringBuilder();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            fields.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(pick(FIELDS))
                    .append("\":")
                    .append(value(depth));
        }
        return fields.toString();
    }

    private String value(int depth) {
        if (depth == 0 || random.nextInt(3) > 0) {
            return pick(SCALARS);
        }
        if (random.nextBoolean()) {
            return "{" + fields(depth - 1) + "}";
        }
        String element = value(depth - 1);
        return "[" + element + ("," + element).repeat(random.nextInt(4)) + "]";
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
