package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.engine.Sampling;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.grammar.GrammarRequest;
import dev.piecewise.grammar.GrammarSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How tokens are chosen and when a completion ends: the fields that all completion endpoints share.
 *
 * @param stopTokens end a completion as the model's own ends do, with {@code ignoreEos} too
 * @param sampling of the first choice
 * @param grammar what the text must be, if that was asked for
 */
public record Decoding(
        int minTokens,
        boolean ignoreEos,
        List<String> stops,
        Set<Integer> stopTokens,
        Sampling sampling,
        Optional<GrammarSpec> grammar) {
    private static final int MOST_STOPS = 16;
    private static final int MOST_STOP_TOKENS = 64;
    private static final int MOST_BIASES = 1024;

    public static Decoding parse(Fields fields, int vocabulary, int maxTokens, int logprobs) {
        double topP = fields.number("top_p", 1, 0, 1);
        int topK = fields.integer("top_k", 0, -1, Integer.MAX_VALUE);
        Sampling sampling = new Sampling(
                fields.number("temperature", 1, 0, 2),
                topP == 0 ? 1 : Math.max(0, topK),
                topP == 0 ? 1 : topP,
                fields.number("min_p", 0, 0, 1),
                repetitionPenalty(fields),
                fields.number("presence_penalty", 0, -2, 2),
                fields.number("frequency_penalty", 0, -2, 2),
                logitBias(fields, vocabulary),
                fields.longInteger("seed")
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                logprobs);
        return new Decoding(
                fields.integer("min_tokens", 0, 0, maxTokens),
                fields.flag("ignore_eos"),
                stops(fields),
                stopTokens(fields, vocabulary),
                sampling,
                GrammarRequest.parse(fields::value));
    }

    /** The same with another demand on the text, as tools that must be called make it. */
    public Decoding with(GrammarSpec demand) {
        return new Decoding(minTokens, ignoreEos, stops, stopTokens, sampling, Optional.of(demand));
    }

    /** The sampling of a choice: every choice of a prompt draws its own numbers, and a seed decides them all. */
    Sampling sampling(int choice) {
        return new Sampling(
                sampling.temperature(),
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                sampling.repetitionPenalty(),
                sampling.presencePenalty(),
                sampling.frequencyPenalty(),
                sampling.logitBias(),
                sampling.seed() + choice,
                sampling.logprobs());
    }

    private static double repetitionPenalty(Fields fields) {
        double penalty = fields.number("repetition_penalty", 1, 0, 100);
        if (penalty == 0) {
            throw ServingException.invalid("repetition_penalty", "repetition_penalty must be above 0");
        }
        return penalty;
    }

    private static Map<Integer, Float> logitBias(Fields fields, int vocabulary) {
        Map<Integer, Float> biases = new HashMap<>();
        fields.object("logit_bias").ifPresent(object -> {
            for (Map.Entry<String, JsonNode> entry : object.entries()) {
                String name = object.name(entry.getKey());
                int token = token(entry.getKey(), vocabulary)
                        .orElseThrow(() -> ServingException.invalid(
                                "logit_bias",
                                "the names in logit_bias must be token ids from 0 to %d".formatted(vocabulary - 1)));
                biases.put(token, (float) Fields.number(name, entry.getValue(), -100, 100));
            }
        });
        if (biases.size() > MOST_BIASES) {
            throw ServingException.invalid("logit_bias", "logit_bias has more than %d tokens".formatted(MOST_BIASES));
        }
        return biases;
    }

    private static OptionalInt token(String text, int vocabulary) {
        try {
            int token = Integer.parseInt(text);
            return token >= 0 && token < vocabulary ? OptionalInt.of(token) : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static List<String> stops(Fields fields) {
        List<String> stops = new ArrayList<>();
        fields.value("stop").ifPresent(value -> {
            if (value.isTextual()) {
                stops.add(stop("stop", value));
            } else if (value.isArray()) {
                for (JsonNode entry : value) {
                    stops.add(stop("stop[%d]".formatted(stops.size()), entry));
                }
            } else {
                throw Fields.expected("stop", "a string or a list of strings", value);
            }
        });
        if (stops.size() > MOST_STOPS) {
            throw ServingException.invalid(
                    "stop", "stop has %d strings; at most %d are taken".formatted(stops.size(), MOST_STOPS));
        }
        return stops;
    }

    private static Set<Integer> stopTokens(Fields fields, int vocabulary) {
        Set<Integer> tokens = new HashSet<>();
        fields.list("stop_token_ids", "a list of token ids").ifPresent(value -> {
            if (value.size() > MOST_STOP_TOKENS) {
                throw ServingException.invalid(
                        "stop_token_ids",
                        "stop_token_ids has %d tokens; at most %d are taken".formatted(value.size(), MOST_STOP_TOKENS));
            }
            for (int i = 0; i < value.size(); i++) {
                tokens.add(Fields.integer("stop_token_ids[%d]".formatted(i), value.get(i), 0, vocabulary - 1));
            }
        });
        return Set.copyOf(tokens);
    }

    /** The tokens that end a completion of a model with these ends. */
    Set<Integer> ends(Set<Integer> ofModel) {
        Set<Integer> ends = new HashSet<>(stopTokens);
        if (!ignoreEos) {
            ends.addAll(ofModel);
        }
        return ends;
    }

    private static String stop(String name, JsonNode value) {
        String stop = Fields.text(name, value);
        if (stop.isEmpty()) {
            throw ServingException.invalid(name, name + " is an empty string");
        }
        return stop;
    }
}
