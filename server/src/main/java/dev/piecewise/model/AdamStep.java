package dev.piecewise.model;

/**
 * The numbers of one AdamW step.
 *
 * @param clip largest norm of a user's gradient, 0 for any
 * @param number of the step, from 1
 * @param rates learning rate of each of the first users; others stay as they are
 */
public record AdamStep(
        double beta1, double beta2, double epsilon, double weightDecay, double clip, int number, float[] rates) {}
