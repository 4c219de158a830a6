package dev.piecewise.evaluation;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.JsonFields;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;

/** The tasks of the LaMP benchmark, with the prompts that Per-Pcs makes of them. Which task an input belongs to is told by how it begins. */
enum LampTask {
    CITATION(
            "For an author who has written the paper with the title",
            "Paper Title: {title}\n",
            "Paper Title: {title} Reference:",
            "citation"),
    MOVIE(
            "Which tag does this movie relate to",
            "Description: {description} Tag: {tag}\n",
            "Description: {description} Tag:",
            "tag"),
    NEWS(
            "Which category does this article relate to",
            "Article: {text} Category: {category}\n",
            "Article: {text} Category:",
            "category"),
    RATING(
            "What is the score of the following review",
            "Review: {text} Score: {score}\n",
            "Review: {text} Score:",
            "score"),
    HEADLINE(
            "Generate a headline for the following article",
            "Article: {text} Headline: {title}\n",
            "Article: {text} Headline:",
            "title"),
    SCHOLARLY(
            "Generate a title for the following abstract of a paper",
            "abstract: {abstract} title: {title}\n",
            "abstract: {abstract} title:",
            "title"),
    TWEET("Paraphrase the following tweet", "Tweet: {text}\n", "Tweet:", "text");

    private static final List<String> TAGS = List.of(
            "sci-fi",
            "based on a book",
            "comedy",
            "action",
            "twist ending",
            "dystopia",
            "dark comedy",
            "classic",
            "psychology",
            "fantasy",
            "romance",
            "thought-provoking",
            "social commentary",
            "violence",
            "true story");
    private static final List<String> CATEGORIES = List.of(
            "women",
            "religion",
            "politics",
            "style & beauty",
            "entertainment",
            "culture & arts",
            "sports",
            "science & technology",
            "travel",
            "business",
            "crime",
            "education",
            "healthy living",
            "parents",
            "food & drink");
    private static final int LABEL_TOKENS = 10;
    private static final int TEXT_TOKENS = 64;

    private final String beginning;
    private final String document;
    private final String ask;
    private final String answer;

    LampTask(String beginning, String document, String ask, String answer) {
        this.beginning = beginning;
        this.document = document;
        this.ask = ask;
        this.answer = answer;
    }

    /** Of an input text as LaMP writes it; empty for one of no known task. */
    static Optional<LampTask> of(String input) {
        for (LampTask task : values()) {
            if (input.startsWith(task.beginning)) {
                return Optional.of(task);
            }
        }
        return Optional.empty();
    }

    Task task() {
        return switch (this) {
            case CITATION -> new Task.Classification(List.of("[1]", "[2]"), LABEL_TOKENS);
            case MOVIE -> new Task.Classification(TAGS, LABEL_TOKENS);
            case NEWS -> new Task.Classification(CATEGORIES, LABEL_TOKENS);
            case RATING -> new Task.Rating(1, 5, LABEL_TOKENS);
            case HEADLINE, SCHOLARLY, TWEET -> new Task.Generation(TEXT_TOKENS);
        };
    }

    /** An item of a profile: what is trained on, and how it reads before a prompt. */
    PastItem past(JsonFields item) {
        String prompt = filled(ask, item);
        return new PastItem(
                new HistoryItem(
                        item.string("id").orElse(null),
                        item.string("date").orElse(null),
                        instructed(instruction(), prompt),
                        " " + item.requireString(answer)),
                filled(document, item));
    }

    /** A question with its right answer. */
    TestItem test(String id, String input, String gold) {
        return new TestItem(id, name().toLowerCase(Locale.ROOT), prompt(input), " " + gold, query(input));
    }

    private String prompt(String input) {
        String head = "### User Instruction:\n";
        return switch (this) {
            case CITATION -> head + input + "\nAnswer:";
            case MOVIE, NEWS, RATING, HEADLINE, SCHOLARLY -> {
                String text = query(input);
                String instruction =
                        input.substring(0, input.length() - text.length()).stripTrailing();
                yield instructed(
                        head + withoutLastWord(instruction),
                        ask.replaceFirst("\\{\\w+}", Matcher.quoteReplacement(text)));
            }
            case TWEET ->
                head
                        + withoutLastWord(
                                input.substring(0, input.length() - query(input).length())
                                        .stripTrailing()) + "\nText: " + query(input) + " Tweet:";
        };
    }

    /** What follows the instruction's marker: what the history is searched by. */
    private String query(String input) {
        String marker = switch (this) {
            case CITATION -> "with the title \"";
            case MOVIE -> "] description: ";
            case NEWS -> "] article: ";
            case RATING -> "without further explanation. review: ";
            case HEADLINE -> "following article: ";
            case SCHOLARLY -> "abstract of a paper: ";
            case TWEET -> "before or after it: ";
        };
        int at = input.indexOf(marker);
        String rest = at < 0 ? input : input.substring(at + marker.length());
        return this == CITATION && rest.indexOf('"') >= 0 ? rest.substring(0, rest.indexOf('"')) : rest;
    }

    /** The instruction of the trained prompt, where Per-Pcs repeats it for every item. */
    private String instruction() {
        String head = "### User Instruction:\n";
        return switch (this) {
            case MOVIE ->
                head
                        + "Which tag does this movie relate to among the following tags? Just answer with the tag name without further explanation. tags: ["
                        + String.join(", ", TAGS) + "]";
            case NEWS ->
                head
                        + "Which category does this article relate to among the following categories? Just answer with the category name without further explanation. categories: ["
                        + String.join(", ", CATEGORIES) + "]";
            case RATING ->
                head
                        + "What is the score of the following review on a scale of 1 to 5? just answer with 1, 2, 3, 4, or 5 without further explanation.";
            case HEADLINE -> head + "Generate a headline for the following article.";
            case SCHOLARLY -> "Generate a title for the following abstract of a paper.";
            case CITATION, TWEET -> "";
        };
    }

    private static String instructed(String instruction, String prompt) {
        return instruction.isEmpty() ? prompt : instruction + "\n" + prompt;
    }

    /** Without the marker that the text followed, such as {@code description:}. */
    private static String withoutLastWord(String instruction) {
        int space = instruction.lastIndexOf(' ');
        boolean marker = instruction.endsWith(":") && space > 0 && "].".indexOf(instruction.charAt(space - 1)) >= 0;
        return marker ? instruction.substring(0, space) : instruction.replaceFirst(":$", ".");
    }

    private static String filled(String template, JsonFields item) {
        String text = template;
        for (String name :
                List.of("title", "description", "tag", "text", "category", "score", "abstract", "citation")) {
            String slot = "{" + name + "}";
            if (text.contains(slot)) {
                text = text.replace(slot, item.requireString(name));
            }
        }
        return text;
    }
}
