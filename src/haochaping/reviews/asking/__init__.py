"""邀评的方式: the person of an invitation is asked by text message, or called by an operator; what becomes of either."""
