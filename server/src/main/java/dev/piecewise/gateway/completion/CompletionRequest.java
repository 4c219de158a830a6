package dev.piecewise.gateway.completion;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.tenant.Caller;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A request for completions as it came, every field checked.
 *
 * @param maxTokens 0 only with {@code echo}: the prompt is given back, and scored
 */
public record CompletionRequest(
        List<Prompt> prompts,
        int maxTokens,
        int choices,
        Decoding decoding,
        Output output,
        Recipient recipient,
        Reading reading) {
    public static final int MOST_CHOICES = 128;

    private static final int DEFAULT_MAX_TOKENS = 16;
    private static final int MOST_LOGPROBS = 20;

    /**
     * How the completion is given back.
     *
     * @param usage whether a stream ends with the usage
     * @param tokenIds whether the choices carry the token ids
     */
    public record Output(
            boolean stream, boolean usage, boolean echo, Scores scores, boolean tokenIds, Rendering rendering) {}

    /**
     * Alternatives reported with each token, -1 for no logprobs at all.
     *
     * @param completion with each token of the text that is given back
     * @param prompt with each token of the prompt, apart from the text
     */
    public record Scores(int completion, int prompt) {
        /** INVALID_REQUEST when the prompt's are asked of a stream. */
        public static Scores parse(Fields fields, int completion, boolean stream) {
            int prompt = fields.integer("prompt_logprobs", -1, 0, MOST_LOGPROBS);
            if (prompt >= 0 && stream) {
                throw ServingException.invalid("prompt_logprobs", "prompt_logprobs cannot be had in a stream");
            }
            return new Scores(completion, prompt);
        }

        /** What the engine is asked for. */
        public int most() {
            return Math.max(completion, prompt);
        }
    }

    static CompletionRequest parse(Fields fields, ServedModel model, Caller caller) {
        checkModel(fields, model);
        fields.text("suffix").filter(suffix -> !suffix.isEmpty()).ifPresent(suffix -> {
            throw ServingException.invalid("suffix", "suffix is not supported: the model continues texts only");
        });
        RefusedFields.check(fields);
        List<Prompt> prompts = Prompt.parse(fields, MOST_CHOICES, model.vocabulary());
        Output output = output(fields);
        int maxTokens = fields.integer("max_tokens", DEFAULT_MAX_TOKENS, output.echo() ? 0 : 1, Integer.MAX_VALUE);
        return new CompletionRequest(
                prompts,
                maxTokens,
                choices(fields, prompts.size()),
                Decoding.parse(
                        fields, model.vocabulary(), maxTokens, output.scores().most()),
                output,
                Recipient.parse(fields, caller),
                Reading.parse(fields, true));
    }

    /** The same with other prompts, as many. */
    CompletionRequest with(List<Prompt> others) {
        return new CompletionRequest(others, maxTokens, choices, decoding, output, recipient, reading);
    }

    /** Whether the prompts' own tokens are scored. */
    boolean scoresPrompt() {
        return output.scores().prompt() >= 0
                || (output.echo() && output.scores().completion() >= 0);
    }

    /** Choices in all, over all prompts. */
    public int total() {
        return prompts.size() * choices;
    }

    /** UNKNOWN_MODEL when the field {@code model} names another one than is served. */
    public static void checkModel(Fields fields, ServedModel model) {
        Optional<String> name = fields.text("model");
        if (name.isPresent() && !model.names().has(name.get())) {
            throw new ServingException(
                    ErrorCode.UNKNOWN_MODEL,
                    "there is no model of this name; the one that is served is " + model.name(),
                    "model");
        }
    }

    private static int choices(Fields fields, int prompts) {
        int choices = fields.integer("n", 1, 1, MOST_CHOICES);
        if (fields.integer("best_of", choices, 0, Integer.MAX_VALUE) != choices) {
            throw ServingException.invalid("best_of", "best_of must be equal to n (%d)".formatted(choices));
        }
        if (choices * prompts > MOST_CHOICES) {
            throw ServingException.invalid(
                    "n", "%d prompts with n = %d are more than %d choices".formatted(prompts, choices, MOST_CHOICES));
        }
        return choices;
    }

    private static Output output(Fields fields) {
        boolean stream = fields.flag("stream");
        return new Output(
                stream,
                usage(fields, stream),
                fields.flag("echo"),
                Scores.parse(fields, fields.integer("logprobs", -1, 0, MOST_LOGPROBS), stream),
                fields.flag("return_token_ids"),
                Rendering.parse(fields, Set.of()));
    }

    /** Whether a stream is to end with the usage; INVALID_REQUEST for options without a stream. */
    public static boolean usage(Fields fields, boolean stream) {
        Optional<Fields> options = fields.object("stream_options");
        if (options.isPresent() && !stream) {
            throw ServingException.invalid("stream_options", "stream_options is for streams: set stream to true");
        }
        return options.isPresent() && options.get().flag("include_usage");
    }
}
