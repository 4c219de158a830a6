/** LoRA adapters, pieces, pools, plans: how a user's adapter is described, assembled and merged. */
@NullMarked
package dev.piecewise.adapter;

import org.jspecify.annotations.NullMarked;
