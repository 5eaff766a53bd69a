"""haochaping: 政务服务“好差评”, reviews of government services that can be trusted."""

__version__ = "0.1.0"
