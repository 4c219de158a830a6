package dev.piecewise.evaluation;

/**
 * What a method has to answer.
 *
 * @param task its name among the dataset's tasks
 * @param completion the user's own answer
 * @param query what the user's history is searched by for it
 */
public record TestItem(String id, String task, String prompt, String completion, String query) {}
