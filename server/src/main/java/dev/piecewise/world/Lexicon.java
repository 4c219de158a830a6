package dev.piecewise.world;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules of a grammar: each a list of alternatives, in which {@code {name}} stands for a bound word or for another rule. */
final class Lexicon {
    private static final List<String> FILES = List.of("things.yaml", "notes.yaml", "voices.yaml", "prose.yaml");
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .build();
    private static final Pattern NAME = Pattern.compile("\\{([^}]+)}");
    private static final Pattern BEFORE_VOWEL = Pattern.compile("\\b([aA])\\(n\\) (?=[aeiouAEIOU])");
    private static final Pattern SENTENCE = Pattern.compile("(^|[.!?] |\\.\" )(\"?\\p{javaLowerCase})");

    private final Map<String, List<String>> rules;

    private Lexicon(Map<String, List<String>> rules) {
        this.rules = rules;
    }

    /** The rules that the demo is shipped with. */
    static Lexicon shipped() {
        Map<String, List<String>> rules = new HashMap<>();
        for (String file : FILES) {
            rules.putAll(read(file));
        }
        return new Lexicon(rules);
    }

    private static Map<String, List<String>> read(String file) {
        try (InputStream yaml = Lexicon.class.getResourceAsStream(file)) {
            return YAML.readValue(yaml, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** The alternatives of a rule, as they are written. */
    List<String> alternatives(String rule) {
        List<String> alternatives = rules.get(rule);
        if (alternatives == null) {
            throw new IllegalArgumentException("there is no rule " + rule);
        }
        return alternatives;
    }

    /** One of a rule's alternatives with all names in it replaced. */
    String say(String rule, Map<String, String> bound, Dice dice) {
        return articles(expand(dice.pick(alternatives(rule)), bound, dice));
    }

    private String expand(String template, Map<String, String> bound, Dice dice) {
        Matcher names = NAME.matcher(template);
        StringBuilder text = new StringBuilder();
        while (names.find()) {
            String name = names.group(1);
            String word = bound.get(name);
            String said = word != null ? word : expand(dice.pick(alternatives(name)), bound, dice);
            names.appendReplacement(text, Matcher.quoteReplacement(said));
        }
        return names.appendTail(text).toString();
    }

    private static String articles(String text) {
        return BEFORE_VOWEL.matcher(text).replaceAll("$1n ").replace("(n)", "");
    }

    /** With a capital at the beginning of each sentence. */
    static String sentences(String text) {
        return SENTENCE.matcher(text)
                .replaceAll(found -> found.group(1) + found.group(2).toUpperCase(Locale.ROOT));
    }
}
