from kernel.testing import toy
from kernel.testing.suites import workers

toy.register()
workers.register()
