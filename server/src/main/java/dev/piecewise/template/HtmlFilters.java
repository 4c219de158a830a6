package dev.piecewise.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The filters that know about HTML and addresses. */
final class HtmlFilters {
    static final Map<String, Filter> ALL = Map.of(
            "safe",
                    (value, arguments, rendering) -> value instanceof Markup
                            ? value
                            : new Markup(rendering.texts().text(value)),
            "escape", HtmlFilters::escape,
            "e", HtmlFilters::escape,
            "forceescape",
                    (value, arguments, rendering) -> escaped(rendering.texts().text(value), rendering),
            "striptags", HtmlFilters::stripTags,
            "xmlattr", HtmlFilters::attributes,
            "urlencode", HtmlFilters::urlEncode);

    private static final String UNRESERVED = "_.-~";

    private HtmlFilters() {}

    private static Object escape(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("escape");
        return value instanceof Markup ? value : escaped(rendering.texts().text(value), rendering);
    }

    private static Markup escaped(String text, Rendering rendering) {
        rendering.budget().characters(text.length() * 5L);
        return Markup.escaped(text);
    }

    private static Object stripTags(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("striptags");
        String text = rendering.texts().text(value);
        rendering.budget().characters(text.length() * 2L);
        String plain = without(without(text, "<!--", "-->"), "<", ">");
        String single = String.join(" ", plain.strip().split("\\s+"));
        return single.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    private static String without(String text, String open, String close) {
        StringBuilder kept = new StringBuilder();
        int done = 0;
        for (int at = text.indexOf(open); at >= 0; at = text.indexOf(open, done)) {
            int end = text.indexOf(close, at);
            if (end < 0) {
                break;
            }
            kept.append(text, done, at);
            done = end + close.length();
        }
        return kept.append(text, done, text.length()).toString();
    }

    private static Object attributes(Object value, Arguments arguments, Rendering rendering) {
        boolean space = arguments.bind("xmlattr", 0, "autospace").flag(0, true);
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateError("'" + Types.name(value) + "' object has no attribute 'items'");
        }
        List<String> attributes = new ArrayList<>();
        for (Map.Entry<Object, Object> entry : Types.dict(map).entrySet()) {
            String name = Types.string(entry.getKey());
            if (entry.getValue() == None.NONE || entry.getValue() instanceof Undefined) {
                continue;
            }
            if (name.chars().anyMatch(c -> "/>= \t\n\r\f\u000b".indexOf(c) >= 0)) {
                throw new TemplateError("Invalid character in attribute name: " + Texts.quoted(name));
            }
            String content = html(entry.getValue(), rendering);
            attributes.add(Markup.escape(name) + "=\"" + content + "\"");
        }
        String joined = String.join(" ", attributes);
        return rendering.printed(new StringBuilder(space && !joined.isEmpty() ? " " : "").append(joined));
    }

    private static String html(Object value, Rendering rendering) {
        return value instanceof Markup markup
                ? markup.text()
                : escaped(rendering.texts().text(value), rendering).text();
    }

    private static Object urlEncode(Object value, Arguments arguments, Rendering rendering) {
        arguments.none("urlencode");
        if (Types.isString(value) || !Iteration.isIterable(value)) {
            return quoted(rendering.texts().text(value), "/", rendering);
        }
        Iterator<Object> pairs = rendering
                .iteration()
                .iterator(value instanceof Map<?, ?> map ? DictMethods.items(Types.dict(map), rendering) : value);
        List<String> encoded = new ArrayList<>();
        while (pairs.hasNext()) {
            List<Object> pair = rendering.iteration().list(pairs.next());
            if (pair.size() != 2) {
                throw new TemplateError("not enough values to unpack (expected 2, got " + pair.size() + ")");
            }
            encoded.add(inQuery(pair.getFirst(), rendering) + "=" + inQuery(pair.getLast(), rendering));
        }
        return String.join("&", encoded);
    }

    private static String inQuery(Object value, Rendering rendering) {
        return quoted(rendering.texts().text(value), "", rendering).replace("%20", "+");
    }

    private static String quoted(String text, String safe, Rendering rendering) {
        rendering.budget().characters(text.length() * 3L);
        StringBuilder quoted = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain =
                    b > 0 && (Character.isLetterOrDigit(b) || UNRESERVED.indexOf(b) >= 0 || safe.indexOf(b) >= 0);
            quoted.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xff));
        }
        return quoted.toString();
    }
}
