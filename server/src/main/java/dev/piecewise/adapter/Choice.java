package dev.piecewise.adapter;

/** A chosen piece of one site: whose it is and how much of it is taken. */
public record Choice(String sharer, double weight) {}
