package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import java.util.List;
import java.util.Optional;

/** Fields of vLLM's server that would change an answer, and that nothing here honours: refused unless they ask for nothing. */
public final class RefusedFields {
    /** Nothing is asked for by null, false, 0 and what is empty. */
    private static final List<String> REFUSED = List.of(
            "use_beam_search",
            "allowed_token_ids",
            "bad_words",
            "logprob_token_ids",
            "prompt_embeds",
            "priority",
            "cache_salt",
            "return_tokens_as_token_ids",
            "return_prompt_text",
            "kv_transfer_params",
            "ec_transfer_params",
            "repetition_detection",
            "watermarking",
            "logits_processors");

    private static final IgnoredFields IGNORED = new IgnoredFields(
            List.of("request_id", "session_id"),
            List.of("vllm_xargs", "mm_processor_kwargs", "media_io_kwargs"),
            List.of());

    private RefusedFields() {}

    /** INVALID_REQUEST with the field that asks for what cannot be had. */
    public static void check(Fields fields) {
        for (String field : REFUSED) {
            fields.value(field).filter(RefusedFields::asks).ifPresent(value -> refuse(field));
        }
        fields.integer("thinking_token_budget", -1, Integer.MAX_VALUE).ifPresent(budget -> {
            if (budget >= 0) {
                refuse("thinking_token_budget");
            }
        });
        Optional<Fields> stream = fields.object("stream_options");
        if (stream.isPresent() && stream.get().flag("continuous_usage_stats")) {
            refuse("stream_options.continuous_usage_stats");
        }
        IGNORED.check(fields);
    }

    /** As {@link #check}, with fields of chats alone. */
    public static void checkChat(Fields fields) {
        if (fields.flag("echo")) {
            refuse("echo");
        }
        check(fields);
    }

    private static boolean asks(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.doubleValue() != 0;
            case STRING -> !value.textValue().isEmpty();
            case ARRAY, OBJECT -> !value.isEmpty();
            case BINARY, MISSING, NULL, POJO -> false;
        };
    }

    private static void refuse(String field) {
        throw ServingException.invalid(field, field + " is not supported");
    }
}
