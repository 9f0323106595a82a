raise RuntimeError('must be ignored')
