package dev.piecewise.loadtest.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;

/** How a server is told whose adapter to answer with, beyond what OpenAI's API says. */
public enum Dialect {
    /** The field {@code user} names the user; {@code piecewise.mode} says what to answer with. */
    PIECEWISE,
    /** The field {@code user}, which changes nothing about the answer; no fields that OpenAI's API does not know. */
    OPENAI,
    /** An adapter is a model of its own. */
    VLLM,
    /** A list of adapters, by number, with their scales. */
    LLAMACPP;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Has the model go on until an answer has as many tokens as it may have, where the server can be told. Who ignores an end token gets no text with it, so it is
     * kept from being chosen instead; llama.cpp does that itself.
     */
    void fill(ObjectNode body, int maxTokens) {
        switch (this) {
            case PIECEWISE, VLLM -> body.put("min_tokens", maxTokens);
            case LLAMACPP -> body.put("ignore_eos", true);
            case OPENAI -> {}
        }
    }

    /** Whether users are served by adapters that the server knows by other names. */
    public boolean namesAdapters() {
        return this == VLLM || this == LLAMACPP;
    }

    /** Addresses a request to a user, or to the base model where there is none. */
    void address(ObjectNode body, Optional<Person> person, Optional<String> mode) {
        switch (this) {
            case PIECEWISE -> {
                person.ifPresent(user -> body.put("user", user.name()));
                Optional<String> wanted = person.isEmpty() ? Optional.of("base") : mode;
                wanted.ifPresent(name -> body.putObject("piecewise").put("mode", name));
            }
            case OPENAI -> person.ifPresent(user -> body.put("user", user.name()));
            case VLLM -> person.ifPresent(user -> body.put("model", user.adapter()));
            case LLAMACPP -> lora(body, person);
        }
    }

    /** An empty list counts as none and leaves every adapter on; what a list does not name has scale 0. */
    private static void lora(ObjectNode body, Optional<Person> person) {
        ObjectNode entry = body.putArray("lora").addObject();
        entry.put("id", person.map(user -> Integer.parseInt(user.adapter())).orElse(0));
        entry.put("scale", person.isPresent() ? 1.0 : 0.0);
    }
}
